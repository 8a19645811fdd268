"""`python -m training portraits`: prepares the photographs that `portraits` is trained on.

    python -m training portraits --zip portraits128.zip --out runs/portraits

The zip holds square pictures of aligned faces and portraits.csv, whose columns `file` and `colour`
(0 or 1) are read. The names in portraits_held_out.txt, the first 300 by the SHA-256 of a name but
for one, are kept out of the training's arrays, and so is every picture that resembles one of them:
the same photograph often lies in a collection twice. A photograph in colour counts three times
(training/data/arrays.py). The held-out pictures lie in OUT/held-out, in the same form.
"""

import argparse
import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from models.errors import StudioError
from training.data.arrays import WEIGHTS

RESOLUTIONS = (16, 32, 64, 128)
COLOUR_WEIGHT = 3
SAME = 0.95  # correlation of two thumbnails from which on they are taken for one photograph
THUMBNAIL = 16
HELD_OUT = Path(__file__).with_name("portraits_held_out.txt")


def read(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The zip's names, pictures uint8 [n, r, r, 3] and whether each is in colour, bool [n].

    Raises StudioError if it is no such zip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            table = csv.DictReader(io.TextIOWrapper(archive.open("portraits.csv"), "utf-8"))
            rows = [(row["file"], row["colour"] == "1") for row in table]
            pictures = [_picture(archive.read(name)) for name, _ in rows]
            stacked = np.stack(pictures)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, UnidentifiedImageError) as error:
        raise StudioError(
            f"{path} is no zip of equally large portraits with their portraits.csv ({error}). "
            "Give another --zip."
        ) from error
    return [name for name, _ in rows], stacked, np.array([colour for _, colour in rows])


def prepare(path: Path, out: Path, held_out: Sequence[str]) -> tuple[int, int]:
    """Write both parts' arrays; how many pictures are trained on, and how many are held out."""
    names, pictures, colour = read(path)
    held = np.isin(names, held_out)
    thumbnails = _standard(pictures)
    near = thumbnails @ thumbnails[held].T > SAME
    train = ~held & ~near.any(1)
    for part, folder in ((train, out), (held, out / "held-out")):
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / WEIGHTS, np.where(colour[part], COLOUR_WEIGHT, 1))
        for size in RESOLUTIONS:
            if size <= pictures.shape[1]:
                np.save(folder / f"{size}.npy", _resized(pictures[part], size))
    return int(train.sum()), int(held.sum())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training portraits", description=__doc__)
    parser.add_argument("--zip", type=Path, required=True, help="the portraits and their table")
    parser.add_argument("--out", type=Path, default=Path("runs/portraits"))
    given = parser.parse_args(arguments)
    trained, held = prepare(given.zip, given.out, HELD_OUT.read_text().split())
    print(f"{trained} pictures to train on, {held} held out, in {given.out}")


def _picture(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image.convert("RGB"))


def _resized(pictures: np.ndarray, size: int) -> np.ndarray:
    """uint8 [n, r, r, 3] -> uint8 [n, 3, size, size]."""
    small = [Image.fromarray(p).resize((size, size), Image.Resampling.LANCZOS) for p in pictures]
    return np.stack([np.array(p).transpose(2, 0, 1) for p in small])


def _standard(pictures: np.ndarray) -> np.ndarray:
    """Grey thumbnails [n, m] of mean 0 and norm 1, whose products are correlations."""
    grey = _resized(pictures, THUMBNAIL).astype(np.float32).mean(1).reshape(len(pictures), -1)
    grey -= grey.mean(1, keepdims=True)
    standard: np.ndarray = grey / np.maximum(np.linalg.norm(grey, axis=1, keepdims=True), 1e-6)
    return standard
