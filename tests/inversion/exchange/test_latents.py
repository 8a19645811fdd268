"""Codes of other projects: drawn, gone on from, saved as ours, and written as they read them."""

import pickle
import resource
import zipfile

import numpy as np
import pytest
import torch

from inversion import Inversion, invert
from inversion.cli import main as cli
from inversion.edits import Truncate
from inversion.exchange import as_result, export, pick, read_latents
from inversion.latents import Codes
from inversion.pictures.images import png, to_uint8
from inversion.sampling import draw as sampled
from models.errors import StudioError
from tests.conftest import tiny_stylegan2
from tests.inversion.conftest import result_of


@pytest.fixture
def ws(tiny):
    """w+ [2, 6, 8] that nothing draws by chance."""
    rng = torch.Generator().manual_seed(0)
    return tiny.map(tiny.sample_z(2, rng)) + torch.randn(2, 6, 8, generator=rng) / 10


def files(ws, G, folder):
    """The forms that other projects save these codes in."""
    one, many = ws[:1], {f"photo {k}.jpg": each.numpy() for k, each in enumerate(ws)}
    noise = [x[None, None] + 0.1 for n, x in G.named_buffers() if n.endswith("noise_const")]
    projector = {
        f"photo {k}.png": {"img": torch.zeros(3, 16, 16), "latent": each, "noise": noise}
        for k, each in enumerate(ws)
    }
    steps = {name: [np.zeros_like(each), each] for name, each in many.items()}
    np.savez(folder / "projected_w.npz", w=one.numpy())  # NVIDIA
    with (folder / "PROJECTED.NPZ").open("wb") as file:
        np.savez_compressed(file, w=one.double().numpy())
    torch.save(projector, folder / "photo.pt")  # rosinality
    torch.save(ws, folder / "latents.pt")  # e4e
    torch.save(ws, folder / "old.pt", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Parameter(one), folder / "pivot.PT")  # PTI
    torch.save({"latents": many}, folder / "numpy.pt")
    np.save(folder / "latents.npy", ws.numpy())
    np.save(folder / "pSp.npy", many)  # pSp: a pickled dict
    np.save(folder / "steps.npy", steps)  # restyle, HyperStyle
    result_of(G, Codes(ws)).save(folder / "ours.safetensors")
    return sorted(path.name for path in folder.iterdir())


def test_every_form_is_read_and_draws_the_same(tiny, ws, tmp_path):
    names = files(ws, tiny, tmp_path)
    assert len(names) == 11
    for name in names:
        latent = read_latents(tmp_path / name, tiny)
        torch.testing.assert_close(latent.codes.ws, ws[: len(latent)], msg=name)
        assert len(latent) == (1 if name.casefold()[:3] in ("pro", "piv") else 2)
        assert (latent.codes.noises is not None) == (name == "photo.pt")
        found = as_result(tiny, latent)
        found.save(tmp_path / "again.safetensors")
        again = Inversion.load(tmp_path / "again.safetensors")
        np.testing.assert_array_equal(again.render(tiny), found.render(tiny))
        assert again.edit([Truncate(0.5)]).render(tiny).shape == (len(latent), 16, 16, 3)


def test_vectors_of_w_and_z_are_told_apart_or_asked(tmp_path):
    from models.generators.stylegan2 import StyleGAN2

    torch.manual_seed(0)
    G = StyleGAN2(resolution=8, channels={4: 8, 8: 8}, z_dim=64, w_dim=64, mapping_layers=2)
    G = G.eval().requires_grad_(False)
    z = G.sample_z(3, torch.Generator().manual_seed(1))
    w = G.map(z)[:, 0]
    for name, x, space in (("z", z, None), ("wp", w, None), ("any", z, "z"), ("any", w, "w")):
        np.save(tmp_path / f"{name}.npy", x.numpy())
        torch.testing.assert_close(
            read_latents(tmp_path / f"{name}.npy", G, space).codes.ws, G.map(z)
        )
    for x in (z, w):  # lengths tell where one is far from the other's
        np.save(tmp_path / "codes.npy", x.numpy())
        try:
            read = read_latents(tmp_path / "codes.npy", G)
        except StudioError as error:
            assert "--start-space" in str(error)
        else:
            torch.testing.assert_close(read.codes.ws, G.map(z))
    np.save(tmp_path / "codes.npy", np.zeros((3, 64)) + 40)
    with pytest.raises(StudioError, match="--start-space"):
        read_latents(tmp_path / "codes.npy", G)


def test_a_search_goes_on_from_codes(tiny, ws, pixels):
    picture = to_uint8(tiny.synthesize(ws))[0]
    start = pick(read_latents_of(tiny, ws), 0)
    options = {"seeds": 1, "steps": 1, "perceptual": pixels}
    for method in ("w+", "(w+, b)"):
        near = invert(tiny, picture, method, start=start, **options)
        far = invert(tiny, picture, method, **options)
        assert near.metrics["PSNR"][0] > far.metrics["PSNR"][0] + 3
    z = sampled(tiny, 1, seed=3)
    drawn = to_uint8(z.synthesize(tiny))[0]
    assert invert(tiny, drawn, "z", start=z, **options).metrics["PSNR"][0] > 40
    for other, words in (("z", "does not begin at the codes"), ("sphinx", "does not begin")):
        with pytest.raises(StudioError, match=words):
            invert(tiny, picture, other, start=start, **options)
    mean = Codes(tiny.w_mean().expand(1, 6, 8))  # a start that is the usual one is one, too
    assert len(invert(tiny, picture, "w+", start=mean, **options)) == 1


def read_latents_of(G, ws):
    from inversion.exchange import Latent

    return Latent(Codes(ws), tuple("ab"))


def test_what_is_exported_is_read_back(tiny, ws, tmp_path):
    noises = tuple(torch.randn(1, 1, h, w) for h, w in tiny.noise_shapes)
    found = result_of(tiny, Codes(ws[:1], noises=noises)).edit([Truncate(0.7)])
    wanted = found.edited_codes(tiny)
    notes = export(found, tiny, tmp_path / "projected_w.npz")
    assert "noise maps" in notes[0]
    with np.load(tmp_path / "projected_w.npz") as file:
        assert file.files == ["w"] and file["w"].shape == (1, 6, 8)
    assert export(found, tiny, tmp_path / "projected.PT") == ()
    entry = torch.load(tmp_path / "projected.PT", weights_only=True)["projected"]
    assert sorted(entry) == ["img", "latent", "noise"] and entry["img"].shape == (3, 16, 16)
    for name in ("projected_w.npz", "projected.PT"):
        torch.testing.assert_close(read_latents(tmp_path / name, tiny).codes.ws, wanted.ws)
    again = read_latents(tmp_path / "projected.PT", tiny).codes
    torch.testing.assert_close(again.noises, noises)
    plain = result_of(tiny, Codes(ws))
    assert export(plain, tiny, tmp_path / "second.pt", rank=1) == ()
    found = as_result(tiny, read_latents(tmp_path / "second.pt", tiny))
    np.testing.assert_array_equal(found.render(tiny)[0], plain.render(tiny)[1])
    for path, words in ((tmp_path / "x.npy", "npz"), (tmp_path / "no" / "x.npz", "could not be")):
        with pytest.raises(StudioError, match=words):
            export(plain, tiny, path)


class Evil:
    def __reduce__(self):
        return (pytest.fail, ("code in a file was run",))


@pytest.mark.parametrize("suffix", ["npy", "pt", "npz"])
def test_no_code_is_run(tiny, tmp_path, suffix):
    path = tmp_path / f"evil.{suffix}"
    if suffix == "npy":
        np.save(path, {"a": Evil()})
    elif suffix == "npz":
        np.savez(path, w=np.array(Evil(), dtype=object))
    else:
        torch.save({"latent": Evil()}, path)
    with pytest.raises(StudioError, match="asks for|holds no arrays"):
        read_latents(path, tiny)


def test_what_is_no_code_of_this_model_gets_a_sentence(tiny, ws, tmp_path):
    np.save(tmp_path / "wide.npy", np.zeros((1, 18, 512)))
    np.save(tmp_path / "layers.npy", np.zeros((1, 18, 8)))
    np.save(tmp_path / "nan.npy", np.full((1, 6, 8), np.nan))
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    np.savez(tmp_path / "empty.npz", note=np.array("hello"))
    (tmp_path / "page.pt").write_text("<!doctype html>")
    (tmp_path / "short.npy").write_bytes((tmp_path / "wide.npy").read_bytes()[:300])
    (tmp_path / "text.pt").write_text("hello")
    result_of(tiny_stylegan2("other"), Codes(ws)).save(tmp_path / "others.safetensors")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w.npy", b"\0" * 1000)
        archive.filelist[0].file_size = 1 << 40
    for name, words in (
        ("wide.npy", "8 numbers, once or in 6 layers"), ("layers.npy", "another network"),
        ("nan.npy", "not finite"), ("words.npy", "no codes"), ("empty.npz", "no codes"),
        ("page.pt", "web page"), ("short.npy", "no arrays"), ("text.pt", "refused|no arrays"),
        ("others.safetensors", "not with tiny"), ("bomb.npz", "more than 2 GB"),
        ("nowhere.pt", "no file"), (".", "folder"),
    ):  # fmt: skip
        with pytest.raises(StudioError, match=words):
            read_latents(tmp_path / name, tiny)


def test_changed_bytes_end_in_codes_or_a_sentence(tiny, ws, tmp_path):
    rng = np.random.default_rng(0)
    sentences = 0
    for name in files(ws, tiny, tmp_path):
        whole = (tmp_path / name).read_bytes()
        for k in range(25):
            data = bytearray(whole if k % 3 else whole[: rng.integers(len(whole))])
            for at in rng.integers(0, max(len(data), 1), 1 + k % 5 if data else 0):
                data[at] = rng.integers(256)
            path = tmp_path / f"changed{name[name.rindex('.') :]}"
            path.write_bytes(data)
            try:
                assert read_latents(path, tiny).codes.ws.isfinite().all()
            except StudioError as error:
                sentences += "\n" not in str(error)
    assert sentences > 50


def test_a_pickled_array_may_not_name_anything_else(tiny, tmp_path):
    header = b"\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(127)
    for value in (pytest.fail, int, np.float64, zipfile.ZipFile):
        (tmp_path / "a.npy").write_bytes(header + b"\n" + pickle.dumps(value))
        with pytest.raises(StudioError, match="asks for"):
            read_latents(tmp_path / "a.npy", tiny)


@pytest.mark.parametrize(
    "program",
    [
        b"\x80\x04Kr\xff\xff\xff\x7f.",
        b"\x80\x05\x96\xff\xff\xff\xff\x0f\0\0\0.",
        b"\x80\x04\x82\x01.",
    ],
)  # a memo of 2³¹ places, an array of 68 GB, an extension
def test_what_a_file_claims_costs_nothing(tiny, tmp_path, program):
    header = b"\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(127)
    (tmp_path / "a.npy").write_bytes(header + b"\n" + program)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(StudioError):
        read_latents(tmp_path / "a.npy", tiny)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_the_command_line_goes_on_edits_and_exports(
    tiny, ws, pixels, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(cli, "load", lambda name, device: tiny)
    monkeypatch.setattr(cli, "load_perceptual", lambda name, device: pixels)
    folder = tmp_path / "a folder"
    folder.mkdir()
    torch.save(ws, folder / "my latents.PT")
    (folder / "photo.png").write_bytes(png(to_uint8(tiny.synthesize(ws))[1]))
    start = ["--start", str(folder / "my latents.PT"), "--start-row"]
    photo, out = str(folder / "photo.png"), str(tmp_path / "out")
    flags = ["--budget", "0.01s", "--seeds", "1", "--export", "npz", "--export", "pt", "--out", out]
    assert cli.main(["project", photo, *start, "1", *flags]) == 0
    found = Inversion.load(tmp_path / "out" / "result.safetensors")
    assert found.metrics["PSNR"][0] > 30 and found.method == "w+"
    said = capsys.readouterr().err
    assert "does not say for which weights" in said
    for name in ("projected_w.npz", "projected.pt"):
        read = read_latents(tmp_path / "out" / name, tiny)
        torch.testing.assert_close(read.codes.ws[0], found.codes.ws[0])
    assert cli.main(["project", photo, *start, "2", *flags]) == 1
    assert "has 2, from 0 on" in capsys.readouterr().err
    edit = ["edit", str(folder / "my latents.PT"), "--truncation", "0.5", "--out", out]
    assert cli.main(edit) == 1
    assert "Name one with --model" in capsys.readouterr().err
    assert cli.main([*edit, "--model", "tiny"]) == 0
    edited = Inversion.load(tmp_path / "out" / "result.safetensors")
    assert len(edited) == 2 and edited.edits == (Truncate(0.5),)
