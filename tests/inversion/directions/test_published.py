"""Directions of others: whose space is told by the file or asked, never assumed."""

import numpy as np
import pytest
import torch

from inversion.cli import main as cli
from inversion.directions import numbered, read_directions, read_published
from inversion.latents import Codes
from models.errors import StudioError
from tests.inversion.conftest import result_of

V = np.arange(1.0, 9.0)


@pytest.mark.parametrize(
    ("name", "space"),
    [
        ("stylegan_ffhq_age_boundary.npy", "z"),  # InterFaceGAN's names
        ("stylegan_ffhq_age_w_boundary.npy", "w"),
        ("smile-z.NPY", "z"),
        ("smile.W.npy", "w"),
        ("smile.npy", None),
        ("a b c/old smile.pt", None),
    ],
)
def test_the_name_tells_or_it_is_asked(tiny, tmp_path, name, space):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if name.endswith("pt"):
        torch.save(torch.from_numpy(V), path)
    else:
        with path.open("wb") as file:
            np.save(file, V[None])
    for stated in ("w", "z"):
        assert read_published(path, tiny, space=stated).space == stated
    if space is None:
        with pytest.raises(StudioError, match="--space w or --space z"):
            read_published(path, tiny)
    else:
        assert read_published(path, tiny).space == space


def test_widths_tell_where_they_differ(tmp_path):
    from models.generators.stylegan2 import StyleGAN2

    G = StyleGAN2(resolution=8, channels={4: 8, 8: 8}, z_dim=4, w_dim=8)
    np.save(tmp_path / "any_boundary.npy", V)
    np.save(tmp_path / "other.npy", V[:4])
    assert read_published(tmp_path / "any_boundary.npy", G).space == "w"
    assert read_published(tmp_path / "other.npy", G).space == "z"


def test_files_of_several(tiny, tmp_path):
    axes = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]
    deviations = np.linspace(3, 1, 8)
    ganspace = {
        "act_comp": axes[:, None], "act_stdev": deviations, "act_mean": V[None],
        "lat_comp": axes[::-1, None], "lat_stdev": deviations, "lat_mean": V[None],
    }  # fmt: skip
    np.savez(tmp_path / "stylegan2-ffhq_style_ipca_c80_n1000000_w.npz", **ganspace)
    torch.save(
        {"comp": torch.from_numpy(axes), "std": torch.from_numpy(deviations)},
        tmp_path / "ffhq_w_pca.pt",
    )  # encoder4editing's
    torch.save(
        {"ckpt": "a.pt", "eigvec": torch.from_numpy(axes.T.copy())}, tmp_path / "factor_w.pt"
    )
    for name, unit in (
        ("stylegan2-ffhq_style_ipca_c80_n1000000_w.npz", True), ("ffhq_w_pca.pt", True),
        ("factor_w.pt", False),
    ):  # fmt: skip
        found = read_directions(tmp_path / name, tiny)
        assert [d.space for d in found] == ["w"] * 8
        for d, axis, deviation in zip(found, axes, deviations, strict=True):
            expected = axis * (deviation if unit else 1)
            np.testing.assert_allclose(d.vector, expected, atol=1e-5)
        with pytest.raises(StudioError, match="holds 8 directions"):
            read_published(tmp_path / name, tiny)
    torch.save(torch.ones(1, 6, 8), tmp_path / "styleclip.pt")
    assert read_published(tmp_path / "styleclip.pt", tiny).space == "w+"
    for space in ("z", "w"):
        genforce = {"boundary": V[None], "meta_data": {"latent_space_type": space.upper()}}
        np.save(tmp_path / "genforce.npy", genforce)
        assert read_published(tmp_path / "genforce.npy", tiny).space == space


def test_one_of_several_is_named_by_its_number(tmp_path):
    (tmp_path / "a:2").write_text("")
    assert numbered(str(tmp_path / "a:2")) == (str(tmp_path / "a:2"), None)
    assert numbered("C:\\a b.npz:12") == ("C:\\a b.npz", 12)


def test_the_command_line_takes_them(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    result = tmp_path / "result.safetensors"
    z = tiny.sample_z(1, torch.Generator().manual_seed(0))
    result_of(tiny, Codes(tiny.map(z))).save(result)
    with (tmp_path / "my PCA.NPZ").open("wb") as file:
        np.savez(file, comp=np.eye(8))

    def edit(direction, *flags):
        out = ["--out", str(tmp_path / "out")]
        rc = cli.main(["edit", str(result), "--direction", direction, *flags, *out])
        said = capsys.readouterr()
        return said.out if rc == 0 else said.err

    several = str(tmp_path / "my PCA.NPZ")
    assert "--space w or" in edit(several)
    assert "holds 8 directions" in edit(several, "--space", "w")
    assert edit(f"{several}:3", "--space", "w", "--layers", "0-1") == (
        "component 3 +1.00, layers 0 to 1\n"
    )
    assert "holds 8" in edit(f"{several}:9", "--space", "w")
