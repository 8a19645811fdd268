"""`python -m inversion edit`: a saved result, moved along directions, drawn again."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from inversion.cli import film, out, start
from inversion.cli.picture import painted
from inversion.directions.published import SUFFIXES, numbered
from inversion.editing import (
    ChangeClass,
    Direction,
    Edit,
    Local,
    Move,
    Retune,
    Truncate,
    convert,
    difference,
    ganspace,
    has_latent,
    listed,
    load_directions,
    of_catalog,
    read_directions,
    sefa,
    shipped,
    supervised,
    wants_latent,
)
from inversion.editing.between_results import mix_with, toward_result
from inversion.pictures.images import Crop
from inversion.pictures.masks import moved
from inversion.result import Inversion
from inversion.result_files import EDITED, AnswerFiles
from inversion.result_header import RESULT
from models import load_estimator, published_directions
from models.devices import NAMES
from models.errors import StudioError
from models.generators.generator import Generator
from models.tensor_file import is_a

COUNT = 20  # components, and SeFa's directions, that have names here


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of `edit`."""
    parser.add_argument(
        "result", type=Path, help="a result (.safetensors), or codes of others, as --start takes"
    )
    start.add_space(parser)
    start.add_export(parser)
    parser.add_argument(
        "--model", help="a name of the catalog, or a file (default: the one that made the result)"
    )
    parser.add_argument(
        "--direction",
        action="append",
        default=[],
        help='an attribute ("smile"), "component 1", "SeFa 1", one that the catalog has for the'
        " model, a file (FILE:3 is the third in it), or another result, to which it leads; several"
        " are added up",
    )
    parser.add_argument(
        "--space", choices=("w", "z"), help="what the vectors in files of others are of"
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
    parser.add_argument(
        "--hold", action="append", default=[],
        help="a direction, named as above, whose attribute is to stand still; several together",
    )  # fmt: skip
    parser.add_argument("--truncation", type=float, help="1 leaves the codes, 0 is the mean")
    parser.add_argument("--to-class", help="name or number of the class to change to")
    parser.add_argument(
        "--fine-tuning", type=float, help="how much of the result's is applied, from 0 to 1"
    )
    parser.add_argument(
        "--toward", type=Path, metavar="RESULT", help="another result, --amount of the way to it"
    )
    parser.add_argument("--amount", type=float, default=0.5, help="default 0.5")
    parser.add_argument(
        "--mix", type=Path, metavar="RESULT", help="another result, its styles in --mix-layers"
    )
    parser.add_argument("--mix-layers", type=_layers, help='for example "4-9" (default: all)')
    parser.add_argument(
        "--mask", type=Path, help="a picture, white where alone the edits are to hold"
    )
    parser.add_argument(
        "--keep", action="store_true", help="add to the edits of the file; else they are replaced"
    )
    film.add_flags(parser)
    parser.add_argument("--device", default="cpu", help=f"{NAMES}; default cpu")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is drawn")


def _layers(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not first.isdecimal() or not (last if dash else first).isdecimal():
        raise argparse.ArgumentTypeError('layers are one number, or two such as "0-3"')
    return int(first), int(last if dash else first)


def edit(arguments: argparse.Namespace, load: Callable[..., Generator]) -> int:
    """Writes result.safetensors with its edits, edits.json, and a PNG a seed, best first; the film
    and the strips that are asked for.

    Raises StudioError for what does not fit together.
    """
    result, G = start.opened(
        arguments.result, arguments.model, arguments.device, load, arguments.start_space
    )
    edits = edits_of(arguments, G, result)
    if arguments.keep:
        edits = [*result.edits, *edits]
    if not edits and not film.asked(arguments) and not arguments.export:
        raise StudioError(
            "There is nothing to do: name a --direction, --truncation or --to-class, a result to go"
            " --toward or --through, --classes, or --export."
        )
    if wants_latent(edits) or film.in_classes_asked(arguments):
        result = _converted(G, result)
    edited = result.edit(edits)
    pictures = edited.render(G)

    def files(folder: Path) -> None:
        files = AnswerFiles(edited, pictures, folder, names=EDITED)
        files.saved()
        files.about()
        for row in range(len(edited)):
            files.picture(row)
        start.exported(arguments.export, edited, G, folder)

    out.written(arguments.out, vars(arguments).values(), files)
    film.write(edited, G, arguments)
    for line in listed(edits):
        print(line)
    return 0


def _converted(G: Generator, result: Inversion) -> Inversion:
    """The result, or the nearest that has a z and a class, which is said. Raises StudioError where
    its best answer would be another picture."""
    if has_latent(G, result.codes):
        return result
    converted = convert(G, result)
    if not converted.alike:
        raise StudioError(converted.text)
    print(converted.text)
    return converted.result


def edits_of(arguments: argparse.Namespace, G: Generator, result: Inversion) -> list[Edit]:
    """What the flags ask for. Raises StudioError for what does not fit together."""
    strengths = arguments.strength or [1.0] * len(arguments.direction)
    if len(strengths) != len(arguments.direction):
        raise StudioError(
            f"{len(arguments.direction)} directions and {len(strengths)} strengths were given;"
            " each direction has one strength."
        )
    ways = [_one(G, name, result, arguments.space) for name in arguments.direction]
    held = tuple(_one(G, name, result, arguments.space) for name in arguments.hold)
    pairs = zip(ways, strengths, strict=True)
    edits: list[Edit] = [Move(d, s, arguments.layers, held) for d, s in pairs]
    if arguments.to_class is not None:
        label = arguments.to_class
        edits.append(ChangeClass.to(G, int(label) if label.isdecimal() else label))
    if arguments.truncation is not None:
        edits.append(Truncate(arguments.truncation))
    if arguments.mix is not None:
        other = Inversion.load(arguments.mix)
        layers = arguments.mix_layers
        edits.append(mix_with(G, other, layers, name=arguments.mix.stem))
    if arguments.toward is not None:
        other = Inversion.load(arguments.toward)
        edits.append(
            toward_result(
                G, other, arguments.amount, name=arguments.toward.stem, heads=arguments.heads
            )
        )
    if (mask := painted(arguments.mask)) is not None:
        mask = moved(mask, Crop(), G.resolution)
        edits = [Local(tuple(edits), mask)]
    if arguments.fine_tuning is not None:
        edits.append(Retune(arguments.fine_tuning))
    return edits


def _one(G: Generator, name: str, result: Inversion, space: str | None = None) -> Direction:
    """A direction by name or file. Raises StudioError for one that there is not."""
    file, number = numbered(name)
    path = Path(file)
    suffix = path.suffix.casefold()
    if suffix == ".safetensors" and is_a(path, RESULT):
        return difference(G, result, Inversion.load(path), f"the way to {path.stem}")
    if suffix == ".safetensors":
        found = load_directions(path, G)
    elif suffix in SUFFIXES:
        found = read_directions(path, G, space)
    else:
        return _named(G, name)
    if number is None and len(found) == 1:
        return found[0]
    if number is None or not 1 <= number <= len(found):
        names = ", ".join(each.name for each in found[:COUNT])
        raise StudioError(
            f"{path.name} holds {len(found)} directions; name one, for example {file}:1. They are"
            f" {names}{', …' if len(found) > COUNT else ''}."
        )
    return found[number - 1]


def _named(G: Generator, name: str) -> Direction:
    width = min(COUNT, G.z_dim, G.w_dim)
    known = {each.name: each for each in (*ganspace(G, width), *sefa(G, width))}
    if name in known:
        return known[name]
    attributes: tuple[str, ...] = ()
    try:
        reader = load_estimator(G.identity.name, device=str(G.device))
        attributes = reader.names
    except StudioError:
        pass
    if name not in attributes:
        known |= {each.name: each for each in of_catalog(G, published_directions(G.identity.name))}
    if name in known:
        return known[name]
    if name not in attributes:
        raise StudioError(
            f"There is no direction {name!r} for {G.identity.name}. There are "
            f"{', '.join([*attributes, *known])}, or a file of directions."
        )
    ships = shipped(G, reader)
    ready = [] if ships is None else [each for each in ships.directions if each.name == name]
    found = ready or supervised(G, reader, [name])
    if not found:
        raise StudioError(f"{G.identity.name} shows too little of {name!r} to find its direction.")
    return found[0]
