"""`inversion compare` on the command line: its flags, a race behind a progress bar, the table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from inversion.classes import label_named
from inversion.cli import out, picture, restore
from inversion.cli.follow import STOPPED
from inversion.comparison import SETS, TERMS, Entry, Report, Standing, compare, serving
from inversion.comparison.entry import asks_an_encoder
from inversion.comparison.report import metrics, rows, terms
from inversion.comparison.sets import AT, named
from inversion.methods import EFFORTS, METHODS
from inversion.pictures.images import Crop
from inversion.presets import WISHES
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

DEFAULT_SET = "quick"


@dataclass(frozen=True)
class Loaders:
    """Where models come from: the functions of `models` of these names."""

    load: Callable[..., Generator]
    load_perceptual: Callable[..., Perceptual]
    encoder_of: Callable[..., Encoder | None]


def add_flags(parser: argparse.ArgumentParser) -> None:
    """All flags but those of the crop and of the tasks' knobs."""
    parser.add_argument("picture", type=Path)
    picture.add_flags(parser)
    parser.add_argument(
        "--methods",
        default=DEFAULT_SET,
        help=f"a set, {', '.join(SETS)}; or names with commas and no spaces between them, each a "
        f"method, {', '.join(map(repr, (*WISHES, *METHODS)))}, with {AT}MODEL behind it where its "
        f"model is another (default {DEFAULT_SET})",
    )
    parser.add_argument(
        "--model",
        default="avatars",
        help="a name of the catalog, or a file; a method that it cannot serve runs on an embedded "
        "model that does",
    )
    parser.add_argument(
        "--equal", default="seconds", choices=tuple(TERMS), help="what every method has alike"
    )
    parser.add_argument(
        "--budget",
        type=_amount,
        default=EFFORTS["balanced"],
        help="how much of it: 20s, or a number of pictures or steps (default 10)",
    )
    parser.add_argument("--seeds", type=int, default=1, help="how many runs of each method")
    parser.add_argument("--seed", type=int, default=0, help="number of the first")
    parser.add_argument("--class", dest="label", help="name or number of the class, of --model")
    parser.add_argument("--perceptual", default="embedded", help="embedded or lpips-vgg")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--by", help="the metric by which the table is ranked, for example PSNR")
    parser.add_argument(
        "--out", type=Path, help="folder for sheet, table, curves and every result file"
    )


def run(arguments: argparse.Namespace, loaders: Loaders) -> int:
    """Races the methods, to their end or to Ctrl-C, prints the table, writes to --out."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    crop = Crop().configure(given)
    G = loaders.load(arguments.model, device=arguments.device)
    image, options = asked(arguments, crop, G.resolution)
    entries = list(entered(arguments, G, loaders))
    race = compare(
        G,
        image,
        entries,
        budget=arguments.budget,
        equal=arguments.equal,
        seeds=arguments.seeds,
        seed=arguments.seed,
        perceptual=loaders.load_perceptual(arguments.perceptual, device=arguments.device),
        **options,
    )
    standing, stopped = followed(race)
    by: str | None = arguments.by
    if by is not None and by not in (*metrics(standing), "seconds", "pictures", "steps"):
        known = ", ".join(metrics(standing))
        print(f"Nothing was measured by {by!r}; there are {known}.", file=sys.stderr)
        by = None
    print(table(standing, by))
    if arguments.out is not None:
        inputs = vars(arguments).values()
        with out.uninterrupted():
            out.written(arguments.out, inputs, lambda at: Report(standing, at, by, crop).all())
    found = any(cell.picture is not None for cell in standing.cells)
    return STOPPED if stopped else 0 if found else 1


def asked(arguments: argparse.Namespace, crop: Crop, side: int) -> tuple[Any, dict[str, Any]]:
    """The picture, and what it suffered or which part of it counts, as `compare` takes them."""
    if arguments.task or arguments.degraded or arguments.picture.suffix == ".safetensors":
        return restore.asked(arguments, crop, side)
    if arguments.kernel is not None:
        raise StudioError("A kernel is of a blur; name it with --task deblurring.")
    photo = picture.photo(arguments)
    mask = picture.counting(arguments.mask, photo, crop, side)
    return crop.apply(photo, side), {"mask": mask}


def entered(arguments: argparse.Namespace, G: Generator, loaders: Loaders) -> Iterable[Entry]:
    """Every method with its model and encoder; models are loaded once."""
    networks, encoders = {arguments.model: G}, {}
    for method, model in named(arguments.methods):
        name = model or serving(method, arguments.model)
        if name not in networks:
            networks[name] = loaders.load(name, device=arguments.device)
        if name not in encoders and asks_an_encoder(method):
            encoders[name] = loaders.encoder_of(name, arguments.device)
        label = None
        if arguments.label is not None and name == arguments.model:
            label = label_named(G, arguments.label)
        yield Entry(method, networks[name], encoders.get(name), label)


def followed(race: Iterable[Standing]) -> tuple[Standing, bool]:
    """The race behind a progress bar, to its end or to Ctrl-C; and whether it was that."""
    standing: Standing | None = None
    stopped = True
    form = "{percentage:3.0f} %|{bar}| {elapsed} < {remaining}{postfix}"
    with tqdm(total=1.0, bar_format=form) as bar, suppress(KeyboardInterrupt):
        for standing in race:
            bar.update(standing.done - bar.n)
            if standing.leader is not None:
                cell = standing.cells[standing.leader]
                near = cell.metrics[standing.nearest_by]
                bar.set_postfix_str(f" {cell.name} leads, {near:.4f}", refresh=False)
        stopped = False
    assert standing is not None, "a race yields its beginning"
    return standing.settled(), stopped


def table(standing: Standing, by: str | None = None) -> str:
    """The cells in columns, best first; below them, why one has no answer."""
    names = metrics(standing)
    heads = ["", "method", "model", "seconds", "pictures", "steps", *names]
    lines = [heads]
    for row in rows(standing, by):
        used = [f"{row['seconds']:.1f}", str(row["pictures"]), str(row["steps"])]
        numbers = [f"{row[name]:.4g}" if name in row else "–" for name in names]
        lines.append([str(row["rank"]), row["method"], row["model"], *used, *numbers])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    told = [aligned(line, widths) for line in lines]
    told += [f"{cell.name}: {cell.sentence}" for cell in standing.cells if cell.sentence]
    return "\n".join([f"{terms(standing)}, ranked by {by or standing.nearest_by}", *told])


def aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right."""
    pairs = enumerate(zip(line, widths, strict=True))
    cells = (text.ljust(width) if i < 3 else text.rjust(width) for i, (text, width) in pairs)
    return "  ".join(cells).rstrip()


def _amount(text: str) -> float:
    amount = float(text.removesuffix("s"))
    if not amount > 0:
        raise argparse.ArgumentTypeError("a budget is a number above 0")
    return amount
