"""The command line. Its flags derive from the same tables and knobs as the page's sliders."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tqdm import tqdm

from inversion.classes import label_named
from inversion.cli import directions, discover, edit, restore
from inversion.knobs import Knob
from inversion.methods import EFFORTS, METHODS, Method, find
from inversion.pictures.blend import blend
from inversion.pictures.images import Crop, png, read
from inversion.pictures.masks import crop_mask, read_mask
from inversion.result_files import AnswerFiles
from inversion.run import Answer, Iterates
from inversion.solve import solve
from inversion.tune import tune
from inversion.tuning.problem import Tuning
from models import load, load_encoder, load_perceptual
from models.encoders.encoder import Encoder
from models.errors import StudioError

OF_THE_MODEL = "the model's"
INSTALLED = "gan-inversion"
PROGRAM = INSTALLED if Path(sys.argv[0]).stem == INSTALLED else "python -m inversion"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 1 after a sentence on stderr when it could not."""
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = _parser(argv).parse_args(argv)
        if arguments.command == "edit":
            return edit.edit(arguments, load)
        if arguments.command == "directions":
            return directions.directions(arguments, load)
        if arguments.command == "discover":
            return discover.run(arguments, load, load_perceptual, _followed)
        return search(arguments)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1


def _method_named(argv: Sequence[str]) -> str:
    """The method decides which knobs there are flags for, so it is read first."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--method", default=default_method(argv))
    return str(first.parse_known_args(argv)[0].method)


def default_method(argv: Sequence[str]) -> str:
    return "ilo" if argv[:1] == ["restore"] else "w+"


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
    for command in (project_parser, restore_parser, discover_parser):
        offered = discover.OFFERED if command is discover_parser else METHODS
        _add_run(command, _method_named(argv), default_method(argv), offered)
    for command in (project_parser, restore_parser):
        _add_search(command, find(_method_named(argv)))
    discover.add_flags(discover_parser)
    project_parser.add_argument(
        "--mask", type=Path, help="a picture of the photo's size, white on the object that counts"
    )
    project_parser.add_argument(
        "--blend", action="store_true", help="also write the best answer blended into the photo"
    )
    restore.add_flags(restore_parser)
    edit_parser = commands.add_parser("edit", help="change what a result shows", allow_abbrev=False)
    edit.add_flags(edit_parser)
    directions_parser = commands.add_parser(
        "directions", help="find a model's directions of attributes", allow_abbrev=False
    )
    directions.add_flags(directions_parser)
    if argv[:1] == ["restore"]:
        _add_knobs(restore_parser.add_argument_group("the task"), restore.knobs_of(argv).values())
    return parser


def _add_run(
    command: argparse.ArgumentParser, method: str, default: str, offered: Iterable[str]
) -> None:
    """What every run is told; `offered` are names of methods."""
    command.add_argument("picture", type=Path)
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
    command.add_argument("--device", default="cpu")
    command.add_argument("--out", type=Path, required=True, help="folder for what was found")
    _add_knobs(command.add_argument_group("crop"), Crop().knobs().values())
    row = find(method)
    _add_knobs(command.add_argument_group(f"settings of {row.title}"), row.knobs().values())


def _add_search(command: argparse.ArgumentParser, row: Method) -> None:
    """What a search for one picture is told besides."""
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
    own = row.knobs()
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


def search(arguments: argparse.Namespace) -> int:
    """Solves with a progress bar, writes to --out; Ctrl-C stops and keeps the best."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    row = find(arguments.method)
    settings = {name: given[name] for name in row.knobs() if name in given}
    crop = Crop().configure(given)
    G = load(arguments.model, device=arguments.device)
    how = restore.asked if arguments.command == "restore" else asked
    image, options = how(arguments, crop, G.resolution)
    perceptual = load_perceptual(arguments.perceptual, device=arguments.device)
    answer = _followed(
        solve(
            G,
            image,
            arguments.method,
            **options,
            label=None if arguments.label is None else label_named(G, arguments.label),
            encoder=_encoder(arguments, row),
            seeds=arguments.seeds,
            seed=arguments.seed,
            budget=arguments.budget or EFFORTS[arguments.effort],
            settings=settings,
            perceptual=perceptual,
        )
    )
    if arguments.tune:
        tuning = Tuning().configure(given)
        more = {"perceptual": perceptual, "budget": arguments.budget}
        answer = _followed(tune(G, answer.result, tuning, **more))
    result = answer.result
    AnswerFiles(result, answer.pictures, arguments.out, crop).all()
    if given.get("blend"):
        blended = blend(read(arguments.picture), answer.pictures[0], crop, result.mask)
        (arguments.out / "blended.png").write_bytes(png(blended))
    for note in result.notes:
        print(note, file=sys.stderr)
    for name, values in result.metrics.items():
        print(f"{name}: {values[0]:.4g}")
    return 0


def asked(arguments: argparse.Namespace, crop: Crop, side: int) -> restore.Asked:
    """`project`: the crop, and the painted part of it that counts."""
    photo = read(arguments.picture)
    painted = None if arguments.mask is None else read_mask(arguments.mask)
    mask = None if painted is None else crop_mask(painted, photo, crop, side)
    return crop.apply(photo, side), {"mask": mask}


def _encoder(arguments: argparse.Namespace, row: Method) -> Encoder | None:
    """The encoder that is asked for; the model's where the method cannot do without."""
    name = arguments.encoder or (OF_THE_MODEL if row.needs_encoder else None)
    if name is None:
        return None
    name = arguments.model if name == OF_THE_MODEL else name
    return load_encoder(name, device=arguments.device)


def _followed(iterates: Iterates[Answer]) -> Answer:
    """A run to its end behind a progress bar, or to Ctrl-C: its best."""
    with tqdm(unit="step") as bar, suppress(KeyboardInterrupt):
        for iterate in iterates:
            bar.total = iterate.steps
            bar.update(iterate.step - bar.n)
            if iterate.preview is not None:
                best = iterate.best.nan_to_num(float("inf")).min()
                bar.set_postfix(best=f"{best:.4f}")
    return iterate.drawn()
