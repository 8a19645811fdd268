"""A law: every kind of checkpoint that loads, searched by every method, ends in an answer or in one
sentence."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from inversion import METHODS, Inversion, invert
from models import load
from models.errors import StudioError
from models.generators.generator import Generator
from models.readers import native
from tests.conftest import beginning, tiny_overparam
from tests.models import biggan_reference
from tests.models.published import (
    as_nvidia,
    as_nvidia3,
    as_rosinality,
    as_tensorflow,
    forge,
    tiny,
    tiny3,
)


def saved(path: Path, content: object) -> Path:
    torch.save(content, path)
    return path


def stripped(content: dict) -> dict:
    g = content["g_ema"]
    return {k: t for k, t in g.items() if not k.startswith("noises.") and "kernel" not in k}


def synthesis(G: Generator) -> dict:
    return {k: t for k, t in G.state_dict().items() if k.startswith("synthesis.")}


def biggan(folder: Path) -> Path:
    folder.mkdir()
    biggan_reference.write(biggan_reference.reference(), folder)
    return folder


def overparam(path: Path) -> Path:
    native.save(tiny_overparam(), path, name="matrices", licence="")
    return path


R3 = {"kernel": 1, "radial": True, "class_dim": 2}
KINDS = {
    "rosinality": lambda p: saved(p / "g", as_rosinality(tiny())),
    "stripped": lambda p: saved(p / "g", stripped(as_rosinality(tiny()))),
    "synthesis alone": lambda p: saved(p / "g", synthesis(tiny())),
    "nvidia": lambda p: forge(p / "g", as_nvidia(tiny(conv_clamp=256.0))),
    "conditional": lambda p: forge(p / "g", as_nvidia(tiny(class_dim=3))),
    "many classes": lambda p: forge(p / "g", as_nvidia(tiny(class_dim=60))),
    "tensorflow": lambda p: forge(p / "g", as_tensorflow(tiny())),
    "grey": lambda p: forge(p / "g", as_nvidia(tiny(grey=True))),
    "4 x 3": lambda p: forge(p / "g", as_nvidia(tiny(base=(4, 3)))),
    "2 x 4": lambda p: saved(p / "g", as_rosinality(tiny(base=(2, 4)))),
    "no noise": lambda p: saved(p / "g", tiny(noise=False).state_dict()),
    "stylegan3-t": lambda p: forge(p / "g", as_nvidia3(tiny3())),
    "stylegan3-r": lambda p: forge(p / "g", as_nvidia3(tiny3(**R3))),
    "biggan": lambda p: biggan(p / "biggan"),
    "overparameterized": lambda p: overparam(p / "g"),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Each kind, saved and loaded when it is first asked for."""

    @cache
    def generator(kind: str) -> Generator:
        return load(KINDS[kind](tmp_path_factory.mktemp("kind")))

    return generator


PHOTO = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)


ONE_OF_EACH = ("z", "w+", "(w+, b)", "ilo", "sphinx", "basincma", "z, fine-tuned")
# Those that become the same generator as another kind here, by another reader or in another shape.
ALIKE = ("rosinality", "stripped", "tensorflow", "2 x 4", "stylegan3-r")


def asked():
    """Every kind by every method, those that are like another by one of each sort of method, as are
    classes that are asked for."""
    for kind in KINDS:
        for name in METHODS if kind not in ALIKE else ONE_OF_EACH:
            few = kind in ("grey", "4 x 3") and name in ("z", "w+", "ilo", "sphinx")
            marks = [] if kind == "conditional" or few else [pytest.mark.slow]
            yield pytest.param(kind, name, None, marks=marks, id=f"{kind}, {name}")
            if kind in ("conditional", "many classes", "biggan") and name in ONE_OF_EACH:
                yield pytest.param(kind, name, 1, marks=[pytest.mark.slow])


@pytest.mark.parametrize(("kind", "name", "label"), list(asked()))
def test_an_answer_or_a_sentence(loaded, kind, name, label, pixels, tmp_path):
    G, steps = loaded(kind), 4 if name == "ilo" else 2  # of which ILO has a round each
    try:
        options = beginning(METHODS[name], G)
        result = invert(
            G, PHOTO, name, label=label, seeds=1, steps=steps, perceptual=pixels, **options
        )
    except StudioError as sentence:
        assert str(sentence).endswith(".") and len(str(sentence)) > 20
        assert refusable(kind, name, label), sentence
        return
    images = result.render(G, uint8=False)
    assert images.isfinite().all() and images.shape[1:] == (3, G.resolution, G.resolution)
    if G.grey:
        assert torch.equal(images[:, 0], images[:, 1]) and (np.ptp(result.target, 2) == 0).all()
    if G.frame[0] != G.frame[1] and "placed" not in name:
        outside = np.ones(result.target.shape[:2], bool)
        (h, w), side = G.frame, G.resolution
        outside[(side - h) // 2 : (side + h) // 2, (side - w) // 2 : (side + w) // 2] = False
        assert (result.target[outside] == 0).all() and (
            images[..., torch.from_numpy(outside)] == -1
        ).all()
    assert set(G.notes) <= set(result.notes)
    result.save(tmp_path / "r.safetensors")
    again = Inversion.load(tmp_path / "r.safetensors").render(G, uint8=False)
    torch.testing.assert_close(again, images)


def refusable(kind: str, name: str, label: int | None) -> bool:
    """Whether a refusal is no fault: a space that the network lacks, too many classes to go
    through, or an encoder that there is none of."""
    spaces = METHODS[name].latents.spaces
    if METHODS[name].needs_encoder or (kind == "many classes" and label is None):
        return True
    if any(not space.islower() for space in spaces):
        return kind != "overparameterized"
    if kind.startswith("stylegan3"):  # which has no noise
        return "b" in spaces
    return kind in ("biggan", "overparameterized", "synthesis alone", "no noise")
