"""Generators, encoders and perceptual distances, and how their weights arrive.

    G = load("avatars")                  an embedded generator; no network
    G = load("ffhq-1024")                from the Hub, its sha256 checked
    G = load("path/to/file.pt")          also .pkl (NVIDIA), .safetensors, a folder of BigGAN's
    E = load_encoder("avatars")          an encoder by its name or its generator's, or a file
    D = load_perceptual()                the embedded distance; "lpips-vgg" is LPIPS
    published_directions("ffhq-1024")    files of editing directions by others
    CATALOG                              what can be loaded by name

Nothing heavy is imported before it is needed. Errors that a user can cause are `StudioError`s.
"""

import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.catalog import CATALOG, Checkpoint
from models.errors import StudioError

if TYPE_CHECKING:
    from models.encoder import Encoder
    from models.generator import Generator
    from models.perceptual import Perceptual
    from models.transfer import Progress

__all__ = [
    "CATALOG",
    "Checkpoint",
    "StudioError",
    "load",
    "load_encoder",
    "load_perceptual",
    "published_directions",
]


def load(
    name_or_path: str | Path, device: str = "cpu", progress: "Progress | None" = None
) -> "Generator":
    """The generator of a catalog name, checkpoint file or folder, float32, its weights fixed.

    progress is called while a file is downloaded. A catalog name wins over a file of that name;
    write ./name for the file.

    Raises StudioError if there is no such name or file, or it cannot be fetched or read.
    """
    from models import readers

    row = CATALOG.get(str(name_or_path))
    if row is None:
        return readers.read(_existing(name_or_path)).to(device)
    if row.kind != "generator":
        raise StudioError(f"{row.name} is a {row.kind}, not a generator. {_generators()}")
    file = _file(row, progress)
    model = readers.read(file.parent if row.beside else file)
    model.identity = replace(model.identity, name=row.name, licence=row.licence)
    model.box = row.box
    return model.to(device)


def load_perceptual(
    name: str = "embedded", device: str = "cpu", progress: "Progress | None" = None
) -> "Perceptual":
    """The perceptual distance "embedded" (this project's own) or "lpips-vgg" (LPIPS with VGG16).

    Raises StudioError if the name is another one, or the weights cannot be fetched or read.
    """
    from models.perceptual import LPIPS, Perceptual
    from models.perceptual_embedded import EmbeddedPerceptual

    distances: dict[str, Callable[[], Perceptual]] = {
        "embedded": lambda: EmbeddedPerceptual.read(_file(CATALOG["perceptual-embedded"])),
        "lpips-vgg": lambda: LPIPS(_file(CATALOG["vgg16"], progress)),
    }
    if name not in distances:
        raise StudioError(
            f"There is no perceptual distance {name!r}: choose {' or '.join(distances)}."
        )
    return distances[name]().to(device)


def load_encoder(
    name_or_path: str | Path, device: str = "cpu", progress: "Progress | None" = None
) -> "Encoder":
    """The encoder of a catalog name, of a generator's name (the first that serves it) or of a file,
    float32, its weights fixed. `Encoder.refuses(G)` says whether it belongs to G.

    Raises StudioError if there is none, or it cannot be fetched or read.
    """
    from models.readers import encoder as reader

    name = str(name_or_path)
    encoders = [row for row in CATALOG.values() if row.kind == "encoder"]
    found = [row for row in encoders if name == row.name or name in row.generators]
    if not found:
        if Path(name_or_path).exists():
            return reader.read(name_or_path).to(device)
        raise StudioError(
            f"There is no encoder {name!r}, nor one for a generator of that name. There are"
            f" {', '.join(row.name for row in encoders)}; `python -m training encoder` makes more."
        )
    row = found[0]
    model = reader.read(_file(row, progress))
    model.identity = replace(model.identity, name=row.name, licence=row.licence)
    return model.to(device)


def published_directions(
    generator: str, progress: "Progress | None" = None
) -> list[tuple[Checkpoint, Path]]:
    """The editing directions that others published for a generator of the catalog, with their
    files, downloaded once; none where there are none. Raises StudioError if one cannot be fetched.
    """
    rows = [r for r in CATALOG.values() if r.kind == "directions" and generator in r.generators]
    return [(row, _file(row, progress)) for row in rows]


def _file(row: Checkpoint, progress: "Progress | None" = None) -> Path:
    if row.embedded is None:
        from models import hub

        return hub.fetch(row, progress)
    if not row.embedded.is_file():
        raise StudioError(
            f"The file of {row.name} that ships with this project is missing ({row.embedded})."
            " Get the project again, or train it (make train)."
        )
    return row.embedded


def _existing(path: str | Path) -> Path:
    """The path, if something is there; otherwise the names that were perhaps meant."""
    if Path(path).exists():
        return Path(path)
    if Path(path).suffix or len(Path(path).parts) > 1:
        raise StudioError(f"There is no file {path}. Check the path.")
    near = difflib.get_close_matches(str(path).lower(), CATALOG, n=3, cutoff=0.5)
    near = [name for name in near if CATALOG[name].kind == "generator"]
    guess = f"Did you mean {' or '.join(near)}?" if near else _generators()
    raise StudioError(f"There is no checkpoint or file {str(path)!r}. {guess}")


def _generators() -> str:
    names = [row.name for row in CATALOG.values() if row.kind == "generator"]
    return f"The generators by name: {', '.join(names)}."
