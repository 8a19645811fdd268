"""`python -m inversion edit`: a saved result, moved along directions, drawn again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from inversion.editing import (
    ChangeClass,
    Direction,
    Move,
    Truncate,
    ganspace,
    listed,
    load_directions,
    read_published,
    sefa,
    supervised,
)
from inversion.images import png
from inversion.result import Inversion
from models.errors import StudioError
from models.estimator import load_estimator
from models.generator import Generator

COUNT = 20  # components, and SeFa's directions, that have names here


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of `edit`."""
    parser.add_argument("result", type=Path, help="a result file (.safetensors)")
    parser.add_argument(
        "--model", help="a name of the catalog, or a file (default: the one that made the result)"
    )
    parser.add_argument(
        "--direction",
        action="append",
        default=[],
        help='an attribute ("smile"), "component 1", "SeFa 1", or a file; several are added up',
    )
    parser.add_argument(
        "--strength",
        type=float,
        action="append",
        default=[],
        help="how far, one for each direction, mostly in standard deviations (default 1)",
    )
    parser.add_argument(
        "--layers", type=_layers, help='first and last layer that move, for example "0-3"'
    )
    parser.add_argument("--truncation", type=float, help="1 leaves the codes, 0 is the mean")
    parser.add_argument("--to-class", help="name or number of the class to change to")
    parser.add_argument(
        "--keep", action="store_true", help="add to the edits of the file; else they are replaced"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is drawn")


def _layers(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not first.isdecimal() or not (last if dash else first).isdecimal():
        raise argparse.ArgumentTypeError('layers are one number, or two such as "0-3"')
    return int(first), int(last if dash else first)


def edit(arguments: argparse.Namespace, load: Callable[..., Generator]) -> int:
    """Writes result.safetensors with its edits, edits.json, and a PNG a seed, best first.

    Raises StudioError for what does not fit together.
    """
    result = Inversion.load(arguments.result)
    G = load(arguments.model or result.identity.name, device=arguments.device)
    result.check(G)
    edits = list(result.edits) if arguments.keep else []
    strengths = arguments.strength or [1.0] * len(arguments.direction)
    if len(strengths) != len(arguments.direction):
        raise StudioError(
            f"{len(arguments.direction)} directions and {len(strengths)} strengths were given;"
            " each direction has one strength."
        )
    found = directions(G, arguments.direction)
    edits += [Move(d, s, arguments.layers) for d, s in zip(found, strengths, strict=True)]
    if arguments.to_class is not None:
        label = arguments.to_class
        edits.append(ChangeClass.to(G, int(label) if label.isdecimal() else label))
    if arguments.truncation is not None:
        edits.append(Truncate(arguments.truncation))
    if not edits:
        raise StudioError("There is nothing to do: name a --direction, --truncation or --to-class.")
    edited = result.edit(edits)
    write(edited, G, arguments.out)
    for line in listed(edits):
        print(line)
    return 0


def directions(G: Generator, names: Sequence[str]) -> list[Direction]:
    """Directions of a generator by name or file. Raises StudioError for one that there is not."""
    return [each for name in names for each in _directions(G, name)]


def _directions(G: Generator, name: str) -> list[Direction]:
    if Path(name).suffix in (".npy", ".pt"):
        return [read_published(name, G)]
    if Path(name).suffix == ".safetensors":
        return load_directions(name, G)
    width = min(COUNT, G.z_dim, G.w_dim)
    known = {each.name: each for each in (*ganspace(G, width), *sefa(G, width))}
    if name in known:
        return [known[name]]
    attributes: tuple[str, ...] = ()
    try:
        reader = load_estimator(G.identity.name, device=str(G.device))
        attributes = reader.names
    except StudioError:
        pass
    if name not in attributes:
        raise StudioError(
            f"There is no direction {name!r} for {G.identity.name}. There are "
            f"{', '.join([*attributes, *known])}, or a file of directions."
        )
    found = supervised(G, reader, [name])
    if not found:
        raise StudioError(f"{G.identity.name} shows too little of {name!r} to find its direction.")
    return found


def write(edited: Inversion, G: Generator, out: Path) -> None:
    """The edited result, what its edits are, and its pictures."""
    out.mkdir(parents=True, exist_ok=True)
    edited.save(out / "result.safetensors")
    about = edited.header() | {"what": listed(edited.edits)}
    (out / "edits.json").write_text(json.dumps(about, indent=2) + "\n")
    pictures = edited.render(G)
    for rank, (seed, picture) in enumerate(zip(edited.seeds, pictures, strict=True), 1):
        (out / f"rank-{rank}-seed-{seed}.png").write_bytes(png(picture))
