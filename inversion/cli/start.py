"""Codes from files, on the command line: where a search begins, and what is edited or exported."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from inversion.cli.picture import say
from inversion.exchange import EXPORTS, as_result, export, pick, read_latents
from inversion.latents import Codes
from inversion.result import Inversion
from inversion.result_header import RESULT
from models import tensor_file
from models.errors import StudioError
from models.generators.generator import Generator

EXPORTED = "projected"  # their files' name, before the suffix


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of a search that goes on from codes."""
    parser.add_argument(
        "--start", type=Path, metavar="FILE",
        help="go on from these codes: projected_w.npz, a projector's .pt, latents.pt or .npy of e4e"
        " and pSp, or a result",
    )  # fmt: skip
    parser.add_argument(
        "--start-row", type=int, default=0, help="which codes of --start, 0 the first"
    )
    add_space(parser)
    add_export(parser)


def add_space(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--start-space", choices=("w", "z"), help="what its vectors are of, where no name tells"
    )


def add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--export", action="append", default=[], choices=tuple(s[1:] for s in EXPORTS),
        help=f"also write the best answer's codes: npz, as NVIDIA's projector ({EXPORTED}_w.npz),"
        f" pt, as rosinality's ({EXPORTED}.pt)",
    )  # fmt: skip


def codes(arguments: argparse.Namespace, G: Generator) -> Codes | None:
    """Those that --start names, one row. Raises StudioError as `read_latents` does."""
    if arguments.start is None:
        return None
    latent = read_latents(arguments.start, G, arguments.start_space)
    for note in latent.notes:
        say(note)
    return pick(latent, arguments.start_row)


def opened(
    path: Path,
    model: str | None,
    device: str,
    load: Callable[..., Generator],
    space: str | None = None,
) -> tuple[Inversion, Generator]:
    """A result, or codes of others as one, and the model that draws it. Raises StudioError for
    codes of others without a model: their file does not say which it is."""
    if path.suffix.casefold() == ".safetensors" or tensor_file.is_a(path, RESULT):
        result = Inversion.load(path)
        G = load(model or result.identity.name, device=device)
        result.check(G)
        return result, G
    if model is None:
        raise StudioError(f"{path.name} does not say which model draws it. Name one with --model.")
    G = load(model, device=device)
    latent = read_latents(path, G, space)
    for note in latent.notes:
        say(note)
    return as_result(G, latent), G


def exported(kinds: list[str], result: Inversion, G: Generator, folder: Path) -> None:
    """Writes what --export asks for, and says what it cannot hold."""
    for kind in dict.fromkeys(kinds):
        name = f"{EXPORTED}_w.npz" if kind == "npz" else f"{EXPORTED}.{kind}"
        for note in export(result, G, folder / name):
            say(note)
