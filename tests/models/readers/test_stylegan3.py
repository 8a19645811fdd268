"""models/readers/stylegan3.py"""

import pytest
import torch

from models import load
from models.errors import StudioError
from models.readers import native
from tests.models.published import as_nvidia3, forge, tiny3

Z = torch.randn(2, 10, generator=torch.Generator().manual_seed(1))
CONFIGURATIONS = [
    {},
    {"kernel": 1, "radial": True},
    {"class_dim": 3},
    {"mapping_layers": 3, "resolution": 32, "channels": [8, 8, 7, 6, 5, 4]},
]


def state(G):
    return {**G.state_dict(), **dict(G.named_buffers())}


@pytest.mark.parametrize("changes", CONFIGURATIONS, ids=str)
@pytest.mark.parametrize("form", ["pickle", "state dict", "saved whole", "our own"])
def test_draws_the_same_pictures(tmp_path, changes, form):
    G = tiny3(**changes)
    path = tmp_path / "g.pkl"
    match form:
        case "pickle":
            forge(path, as_nvidia3(G))
        case "state dict":
            torch.save({"state_dict": {f"G_ema.{k}": t for k, t in state(G).items()}}, path)
        case "saved whole":
            torch.save({"G_ema": G}, path)
        case "our own":
            native.save(G, path, name="g", licence="", dtype=torch.float32)
    loaded = load(path)
    c = torch.eye(3)[:2] if G.class_dim else None
    assert torch.equal(loaded.generate(Z, c, 0.7), G.generate(Z, c, 0.7))
    assert loaded.settings == G.settings and not loaded.notes


def test_what_is_missing_is_made_and_said(tmp_path):
    G = tiny3()
    torch.save({k: t for k, t in G.state_dict().items() if "w_avg" not in k}, tmp_path / "g.pt")
    loaded = load(tmp_path / "g.pt")
    assert torch.equal(loaded.synthesize(G.map(Z)), G.synthesize(G.map(Z)))
    for word in ("no filters", "no mean of w"):
        assert any(word in note for note in loaded.notes)


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("other filters", lambda t: t["synthesis.L1_36_7.up_filter"].mul_(1.01)),
        ("other filters", lambda t: t.update({"synthesis.L1_36_7.down_filter": torch.ones(3)})),
        ("lacks the weights 'synthesis.L1_36_7.bias'", lambda t: t.pop("synthesis.L1_36_7.bias")),
        ("layers are missing", lambda t: t.pop("synthesis.L1_36_7.weight")),
        ("no place for: 'x.y'", lambda t: t.update({"x.y": torch.ones(2)})),
        ("schedule of frequencies", lambda t: t.update(
            {k.replace("L1_36", "L1_40"): t.pop(k) for k in [*t] if "L1_36" in k})),
        ("4 channels", lambda t: t.update({"synthesis.L4_16_3.weight": torch.ones(4, 5, 1, 1)})),
        ("StyleGAN-XL", lambda t: t.update({"mapping.embed_proj.weight": torch.ones(2, 2)})),
    ],
)  # fmt: skip
def test_others_are_refused_by_name(tmp_path, said, change):
    tensors = state(tiny3())
    change(tensors)
    torch.save({"G_ema": tensors} if "x.y" not in tensors else tensors, tmp_path / "g.pt")
    with pytest.raises(StudioError, match=said):
        load(tmp_path / "g.pt")
