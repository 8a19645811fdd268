"""The one reader and writer: the round trip, and a sentence for all that may be wrong."""

import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models import tensor_file
from models.errors import StudioError
from models.tensor_file import Header, Kind, TensorFile

TOY = Kind("toy", 2, "a toy", "Choose a toy.")


class Toy(Header):
    name: str
    sizes: tuple[float, ...] = ()
    note: str | None = None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    header = Toy(name="bear", sizes=(1.0, float("inf"), float("nan")))
    x = torch.arange(6.0).view(2, 3)
    tensor_file.write(tmp_path / "t", TOY, {"x": x.T, "same": x.T}, {"header": header.text()})
    return tmp_path / "t"


def read(path: Path) -> tuple[TensorFile, Toy]:
    file = tensor_file.read(path, TOY)
    return file, file.header(Toy)


def test_what_was_written_is_read(path: Path) -> None:
    file, header = read(path)
    assert torch.equal(file.tensors["x"], torch.arange(6.0).view(2, 3).T)
    assert header.name == "bear" and header.note is None and "note" not in header.as_dict()
    assert header.sizes[1] == float("inf") and header.sizes[2] != header.sizes[2]
    assert tensor_file.is_a(path, TOY) and not tensor_file.is_a(path, Kind("doll", 1, "", ""))
    assert [each.name for each in path.parent.iterdir()] == ["t"]


def remarked(path: Path, mark: str) -> None:
    about = tensor_file.read_metadata(path, TOY)
    save_file(load_file(path), path, about | {"format": mark})


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("gan-inversion-studio/toy-3", r"newer version of this studio \(format 3.*up to 2"),
        ("gan-inversion-studio/doll-1", "something else than a toy. Choose a toy"),
        ("gan-inversion-studio/toy-0", "something else"),
        ("gan-inversion-studio/toy-", "something else"),
        ("gan-inversion-studio", "something else"),
        ("pt", "something else"),
    ],
)
def test_another_kind_or_version_is_a_sentence(path: Path, mark: str, words: str) -> None:
    remarked(path, mark)
    with pytest.raises(StudioError, match=words):
        read(path)


def test_an_older_version_is_read(path: Path) -> None:
    remarked(path, "gan-inversion-studio/toy-1")
    assert read(path)[1].name == "bear"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ('{"name": "bear", "age": 3}', "age: Extra inputs"),
        ('{"name": 3}', "name: Input should be a valid string"),
        ("{}", "name: Field required"),
        ('{"name": "bear", "sizes": ["1"]}', "sizes.0"),
        ("not json", "Invalid JSON"),
        ("[" * 10_000, "Invalid JSON"),
    ],
)
def test_a_header_that_does_not_fit_is_named(path: Path, header: str, words: str) -> None:
    about = tensor_file.read_metadata(path, TOY)
    save_file(load_file(path), path, about | {"header": header})
    with pytest.raises(StudioError, match=f"damaged.*{words}"):
        read(path)


@pytest.mark.parametrize(
    "x", [torch.tensor([torch.nan]), torch.tensor([torch.inf]), torch.zeros(1).cfloat()]
)
def test_tensors_are_finite_and_of_the_usual_types(path: Path, x: torch.Tensor) -> None:
    save_file({"x": x}, path, tensor_file.read_metadata(path, TOY))
    with pytest.raises(StudioError, match="damaged.*x "):
        read(path)


def test_what_is_no_file_of_ours_is_a_sentence(path: Path) -> None:
    whole = path.read_bytes()
    for content in (whole[:-1], whole[:50], b"", b"<html>quota exceeded</html>"):
        path.write_bytes(content)
        with pytest.raises(StudioError, match="not a toy that can be read.*Choose a toy"):
            read(path)
        assert not tensor_file.is_a(path, TOY)
    with pytest.raises(StudioError, match="no file"):
        read(path.with_name("absent"))
    with pytest.raises(StudioError, match="no file"):
        read(path.parent)


def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def broken(tensors: object, file: Path, metadata: object) -> None:
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(tensor_file, "save_file", broken)
    with pytest.raises(StudioError, match="could not be written .disk full"):
        tensor_file.write(path, TOY, {}, {})
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_a_reader_never_sees_half_a_file(path: Path) -> None:
    about, x = tensor_file.read_metadata(path, TOY), torch.zeros(50_000)
    writers = [
        threading.Thread(
            target=lambda i=i: [
                tensor_file.write(path, TOY, {"x": x + i}, about) for _ in range(10)
            ]
        )
        for i in range(3)
    ]
    tensor_file.write(path, TOY, {"x": x}, about)
    for each in writers:
        each.start()
    while any(each.is_alive() for each in writers):
        found = read(path)[0].tensors["x"]
        assert (found == found[0]).all()
    for each in writers:
        each.join()
