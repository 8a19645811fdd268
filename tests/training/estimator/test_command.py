import copy
import json
from functools import partial

import numpy as np
import pytest
import torch

from models import load_estimator
from models.encoders.estimator import Estimator
from training.avatars import ATTRIBUTES, SPECIES, attributes, codes
from training.data.baked import BakedImages
from training.estimator import command as estimator


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Pictures of one colour each, which is the cloth's hue, at 16 px; codes as the renderer's."""
    monkeypatch.setattr(estimator, "HELD_OUT", 64)
    monkeypatch.setattr(estimator, "BATCH", 16)
    monkeypatch.setattr(estimator, "BLURRED", 0.0)
    monkeypatch.setattr(estimator, "Estimator", partial(Estimator, widths=(16, 24, 32)))
    u = codes(0, torch.arange(256))
    hue = attributes(u).cloth_hue
    images = (hue * 255).byte()[:, None, None, None].expand(-1, 3, 64, 64)
    np.save(tmp_path / "images.npy", images.numpy())
    np.save(tmp_path / "codes.npy", u.numpy())
    (tmp_path / "progress.json").write_text(json.dumps({"count": 256, "total": 256}))
    return BakedImages(tmp_path)


def test_the_truth_is_what_the_renderer_was_told(data):
    index = torch.arange(8)
    known, truth = data.attributes(index), estimator.truth(data, index)
    names = [a.name for a in ATTRIBUTES]
    torch.testing.assert_close(truth[:, names.index("smile")], known.smile)
    assert torch.equal(truth[:, names.index("glasses")], (known.glasses > 0.75).float())
    assert torch.equal(truth[:, len(names) :].argmax(1), known.species)
    kinds = [r.kind for r in estimator.readings(truth)]
    assert kinds.count("class") == len(SPECIES) and kinds.count("part") == 1


def test_a_mirrored_head_looks_the_other_way(data):
    trainer = estimator.Trainer(data)
    turned = trainer.truth[:4] * trainer.sign
    k = trainer.average.names.index("yaw")
    torch.testing.assert_close(turned[:, k], -trainer.truth[:4, k])
    assert int((trainer.sign < 0).sum()) == 4


@pytest.mark.slow
def test_what_is_to_be_seen_is_learnt_and_what_is_not_is_not(data, tmp_path, monkeypatch):
    monkeypatch.setattr(estimator, "BFLOAT16", False)  # five times as fast where it is imitated
    trainer = estimator.Trainer(data)
    for step in range(40):
        terms = trainer.step(step / 40)
    assert set(terms) == {"numbers", "glasses", "species"}
    estimator.checkpoint(trainer, tmp_path / "out")
    found = load_estimator(tmp_path / "out" / "estimator-avatars.safetensors")
    score = {r.name: r.score for r in found.readings}
    assert score["cloth_hue"] > 0.5 > score["smile"]
    assert "cloth_hue" in (tmp_path / "out" / "estimator-avatars.md").read_text()


def test_it_goes_on_where_it_stopped(data, tmp_path):
    trainer, other = estimator.Trainer(data), estimator.Trainer(data, seed=5)
    trainer.step()
    other.restore(copy.deepcopy(trainer.state()))
    trainer.step(), other.step()
    for a, b in zip(trainer.estimator.parameters(), other.estimator.parameters(), strict=True):
        assert torch.equal(a, b)
