"""The flags of the command line: they derive from the same tables and knobs as the page's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from inversion.cli import compare, directions, discover, edit, many, picture, restore, start
from inversion.knobs import Knob
from inversion.methods import EFFORTS, METHODS, find
from inversion.pictures.images import Crop
from inversion.presets import WISHES
from inversion.tuning.problem import Tuning
from models.devices import NAMES

WISHED = {"project": tuple(WISHES), "restore": ("closest",), "discover": ()}  # besides methods
OF_THE_MODEL = "the model's"
INSTALLED = "gan-inversion"
PROGRAM = INSTALLED if Path(sys.argv[0]).stem == INSTALLED else "python -m inversion"


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """What a command line asks for; one that makes no sense ends the program with a sentence."""
    parser = _parser(argv)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        knob = any(each.startswith("--") and "." in each for each in unknown)
        hint = "; settings are those of one method, so name it with --method" if knob else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    return arguments


def _method_named(argv: Sequence[str]) -> str:
    """The method decides which knobs there are flags for, so it is read first."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--method", default=default_method(argv))
    return str(first.parse_known_args(argv)[0].method)


def default_method(argv: Sequence[str]) -> str:
    return "w+" if argv[:1] == ["discover"] else "closest"


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="GAN inversion on your own picture.")
    commands = parser.add_subparsers(dest="command", required=True)
    project_parser = commands.add_parser(
        "project", help="find the codes that draw a picture", allow_abbrev=False
    )
    restore_parser = commands.add_parser(
        "restore", help="find the picture behind a degraded one", allow_abbrev=False
    )
    discover_parser = commands.add_parser(
        "discover", help="find an attribute's direction with a picture's codes", allow_abbrev=False
    )
    for name, command in (
        ("project", project_parser),
        ("restore", restore_parser),
        ("discover", discover_parser),
    ):
        offered = discover.OFFERED if command is discover_parser else METHODS
        _add_run(command, _method_named(argv), default_method(argv), (*WISHED[name], *offered))
    for command in (project_parser, restore_parser):
        named = _method_named(argv)
        _add_search(command, {} if named in WISHES else find(named).knobs())
    discover.add_flags(discover_parser)
    compare_parser = commands.add_parser(
        "compare", help="race several methods side by side", allow_abbrev=False
    )
    compare.add_flags(compare_parser)
    restore.add_flags(compare_parser, default=None)
    _add_knobs(compare_parser.add_argument_group("crop"), Crop().knobs().values())
    project_parser.add_argument(
        "--mask", type=Path, help="a picture of the photo's size, white on the object that counts"
    )
    project_parser.add_argument(
        "--blend", action="store_true", help="also write the best answer blended into the photo"
    )
    many.add_flags(project_parser)
    restore.add_flags(restore_parser)
    edit_parser = commands.add_parser("edit", help="change what a result shows", allow_abbrev=False)
    edit.add_flags(edit_parser)
    directions_parser = commands.add_parser(
        "directions", help="find a model's directions of attributes", allow_abbrev=False
    )
    directions.add_flags(directions_parser)
    for command, name, default in (
        (restore_parser, "restore", restore.DEFAULT_TASK),
        (compare_parser, "compare", None),
    ):
        if argv[:1] == [name]:
            knobs = restore.knobs_of(argv, default)
            _add_knobs(command.add_argument_group("the task"), knobs.values())
    return parser


def _add_run(
    command: argparse.ArgumentParser, method: str, default: str, offered: Iterable[str]
) -> None:
    """What every run is told; `offered` are names of methods and wishes."""
    command.add_argument("picture", type=Path)
    picture.add_flags(command)
    command.add_argument("--model", default="avatars", help="a name of the catalog, or a file")
    command.add_argument("--method", default=default, help=", ".join(map(repr, offered)))
    command.add_argument(
        "--effort",
        default="balanced",
        choices=tuple(EFFORTS),
        help="how long to search: " + ", ".join(f"{k} {s:g} s" for k, s in EFFORTS.items()),
    )
    command.add_argument("--seeds", type=int, default=4, help="how many runs, as one batch")
    command.add_argument("--seed", type=int, default=0, help="number of the first")
    command.add_argument("--budget", type=_seconds, help="any other time, for example 20s")
    command.add_argument("--perceptual", default="embedded", help="embedded or lpips-vgg")
    command.add_argument("--device", default="cpu", help=f"{NAMES}; default cpu")
    command.add_argument("--out", type=Path, required=True, help="folder for what was found")
    _add_knobs(command.add_argument_group("crop"), Crop().knobs().values())
    if method not in WISHES:
        row = find(method)
        _add_knobs(command.add_argument_group(f"settings of {row.title}"), row.knobs().values())


def _add_search(command: argparse.ArgumentParser, own: Mapping[str, Knob]) -> None:
    """What a search for one picture is told besides the `own` knobs of its method."""
    start.add_flags(command)
    command.add_argument(
        "--class", dest="label", help="name or number of the class; found by itself if not given"
    )
    command.add_argument(
        "--encoder",
        nargs="?",
        const=OF_THE_MODEL,
        help="begin at an encoder's estimate: that of the model, or one by name or file",
    )
    command.add_argument(
        "--tune", action="store_true", help="then fine-tune the generator for the best seed"
    )
    tuning = (each for name, each in Tuning().knobs().items() if name not in own)
    _add_knobs(command.add_argument_group("settings of --tune"), tuning)


def _add_knobs(group: argparse._ArgumentGroup, knobs: Iterable[Knob]) -> None:
    for each in knobs:
        group.add_argument(
            f"--{each.name}",
            dest=each.name,
            type=_switch if each.type is bool else each.type,
            help=f"{each.help} (default {each.default})".replace("%", "%%"),
        )


def _switch(text: str) -> bool:
    if text.casefold() not in ("true", "false"):
        raise argparse.ArgumentTypeError("a switch is true or false")
    return text.casefold() == "true"


def _seconds(text: str) -> float:
    seconds = float(text.removesuffix("s"))
    if not seconds > 0:
        raise argparse.ArgumentTypeError("a budget is a number of seconds above 0")
    return seconds
