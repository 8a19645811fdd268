"""`python -m inversion directions`: finds the directions of every attribute, into a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from inversion.directions.shipped import find
from models import load_estimator
from models.devices import NAMES
from models.generators.generator import Generator


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of `directions`."""
    parser.add_argument("model", help="a name of the catalog, or a file")
    parser.add_argument(
        "--reader", help="whose pictures the estimator reads, or its file (default: the model's)"
    )
    parser.add_argument("--samples", type=int, default=1500, help="pictures that are labelled")
    parser.add_argument("--device", default="cpu", help=f"{NAMES}; default cpu")
    parser.add_argument(
        "--out", type=Path, required=True,
        help="the .safetensors file; models/embedded/directions-MODEL.safetensors ships with it",
    )  # fmt: skip


def directions(arguments: argparse.Namespace, load: Callable[..., Generator]) -> int:
    """Writes a file of directions, with what each of them moves; prints a line a direction.

    Raises StudioError where nothing can read the model's pictures.
    """
    G = load(arguments.model, device=arguments.device)
    reader = load_estimator(arguments.reader or G.identity.name, device=arguments.device)
    with tqdm(total=100, unit="%") as bar:
        found = find(G, reader, arguments.samples, lambda f: bar.update(int(100 * f) - bar.n))
    found.save(arguments.out)
    for name in found.movements.directions:
        own, others = found.movements.own(name), found.movements.others(name)
        print(f"{name}: itself {own:+.2f}, others {others:.2f} on average")
    return 0
