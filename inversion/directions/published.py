"""Directions that others published: InterFaceGAN's .npy, GANSpace's .npz, SeFa's and StyleCLIP's
.pt, and those that the catalog knows where to get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from inversion.directions.asked_space import asked
from inversion.edits.direction import DEVIATION, MAX_DIRECTIONS, Direction, fits
from models.errors import StudioError
from models.generators.generator import Generator
from models.readers.arrays import read_values
from models.weights.checkpoint import Checkpoint

SUFFIXES = (".npy", ".npz", ".pt", ".pth", ".bin")  # suffixes of their files, in any case
FILE_UNIT = "the length it has in the file"
# Where files of several keep them, and how long each is: GANSpace (components of the activations,
# then of the latents), its form in encoder4editing, rosinality's SeFa (a column each).
SEVERAL = (("act_comp", "act_stdev"), ("lat_comp", "lat_stdev"), ("comp", "std"), ("eigvec", ""))
ONE = ("boundary", "direction", "delta", "dw", "w", "latent")  # names of a single one in a dict


def read_published(
    path: str | Path, G: Generator, name: str = "", space: str | None = None
) -> Direction:
    """The one direction in a file, for `G`; see `read_directions`. Raises StudioError where there
    are several."""
    found = read_directions(path, G, space)
    if len(found) != 1:
        raise StudioError(
            f"{Path(path).name} holds {len(found)} directions; say which, for example"
            f" {Path(path).name}:1."
        )
    return replace(found[0], name=name or found[0].name)


def read_directions(path: str | Path, G: Generator, space: str | None = None) -> list[Direction]:
    """The vectors of an .npy, .npz or .pt file as directions of `G`, strongest first: a bare array
    or one by name; GANSpace's components, each as long as its deviation; the columns that SeFa's
    factorization saved.

    Such a file does not say which weights it belongs to: whoever loads it vouches for that. A
    vector of one layer a row, [num_ws, w_dim], is of w+. Of a vector alone, `space` says whether it
    is of "w" or "z"; when None it is told by the file, its name as InterFaceGAN and GANSpace give
    it, or the widths, where they differ; it is never assumed. Nothing in the file is run. Raises
    StudioError if it is no such file, its widths are not the generator's, or its space is not told.
    """
    path = Path(path)
    found = read_values(path)
    vectors, names = _vectors(found, path)
    if not vectors or len(vectors) > MAX_DIRECTIONS:
        raise StudioError(
            f"{path.name} holds no direction. Published ones are .npy, .npz or .pt files with one"
            " array or components, and this studio's own are .safetensors."
        )
    told = _meta(found)
    directions = []
    for vector, called in zip(vectors, names, strict=True):
        layered = vector.ndim == 2
        of = "w+" if layered else asked(path.name, vector, G, space or told)
        directions.append(
            Direction(
                name=called,
                space=of,
                vector=vector,
                weights=G.identity,
                provenance=f"read from {path.name}, which does not say for which weights",
                unit=DEVIATION if called.startswith("component ") else FILE_UNIT,
            )
        )
    for direction in directions:
        fits(direction, G)
    return directions


def numbered(text: str) -> tuple[str, int | None]:
    """A file, and which of its directions, from 1: "pca.npz:3" is ("pca.npz", 3). A file whose name
    ends so is that file.

    >>> numbered("pca.npz:3"), numbered("smile.npy")
    (('pca.npz', 3), ('smile.npy', None))
    """
    head, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal() or Path(text).exists():
        return text, None
    return head, int(number)


def of_catalog(G: Generator, files: Sequence[tuple[Checkpoint, Path]]) -> list[Direction]:
    """Directions of w from files that the catalog lists (`models.published_directions` gets them),
    each made as long as the samples of w deviate along it. Raises StudioError if one does not fit.

    That they belong to these weights is the catalog's word: the files do not say.
    """
    samples = G.w_samples()
    found = []
    for row, path in files:
        read = read_published(path, G, row.title.split(" (")[0].casefold(), "w")
        if read.space != "w":
            raise StudioError(f"{row.title} is no vector of w. Open it as a file of directions.")
        v = read.vector.to(samples)
        v = v / v.norm()
        found.append(
            replace(
                read,
                vector=(v * (samples @ v).std()).cpu(),
                provenance=f"published at {row.repository}, {row.file}",
                unit=DEVIATION,
            )
        )
    return found


def _vectors(found: Any, path: Path) -> tuple[list[Tensor], list[str]]:
    """Every vector [d] or [num_ws, d] that a file holds, and their names."""
    if isinstance(found, Tensor):
        return [_single(found)], [path.stem]
    if not isinstance(found, dict):
        return [], []
    for key, lengths in SEVERAL:
        rows = found.get(key)
        if not isinstance(rows, Tensor) or rows.ndim < 2 or not rows.numel():
            continue
        if key == "eigvec":
            return list(rows.float().T), [f"SeFa {k + 1}" for k in range(rows.shape[1])]
        rows = rows.float().flatten(1)
        rows = rows / rows.norm(dim=1, keepdim=True)
        deviations = found.get(lengths)
        if isinstance(deviations, Tensor) and deviations.numel() == len(rows):
            rows = rows * deviations.float().reshape(-1, 1)
        return list(rows), [f"component {k + 1}" for k in range(len(rows))]
    known = [key for key in ONE if isinstance(found.get(key), Tensor)]
    named = known[:1] or [key for key, x in found.items() if isinstance(x, Tensor)]
    alone = len(named) == 1
    return [_single(found[key]) for key in named], [path.stem if alone else key for key in named]


def _single(x: Tensor) -> Tensor:
    """A vector, or one a layer, without axes of length 1."""
    return x.float().squeeze()


def _meta(found: Any) -> str | None:
    """The space that a file of GenForce's states beside its boundary."""
    about = found.get("meta_data") if isinstance(found, dict) else None
    stated = about.get("latent_space_type") if isinstance(about, dict) else None
    return stated.casefold() if isinstance(stated, str) and stated.casefold() in "wz" else None
