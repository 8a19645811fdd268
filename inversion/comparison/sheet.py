"""A race as one picture for a slide."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inversion.comparison.standing import Cell, Standing
from inversion.pictures.images import Picture

WIDTH, HEIGHT, MARGIN, GAP, TOP, TEXT = 1920, 1080, 64, 32, 132, 104  # px
INK, FAINT, ACCENT, EMPTY = "#1b1a19", "#57534d", "#0f766a", "#e7e4dd"


def sheet(standing: Standing, terms: str, by: str | None = None) -> Picture:
    """Target, truth where it was degraded, and every cell, nearest first, each with its name and
    numbers: uint8 [1080, 1920, 3]."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "#ffffff")
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, 44), "Side by side", INK, font(44))
    pen.text((WIDTH - MARGIN, 62), terms, FAINT, font(26), anchor="ra")
    tiles: list[tuple[Picture | None, str, str, str]] = []
    name = "what is left" if standing.degraded else "target"
    tiles.append((standing.target, name, "", INK))
    if standing.degraded and standing.truth is not None:
        tiles.append((standing.truth, "truth", "", INK))
    for rank, i in enumerate(standing.ranking(by)):
        cell = standing.cells[i]
        first = rank == 0 and cell.picture is not None
        tiles.append(
            (cell.picture, cell.name, numbers(cell, standing.nearest_by), ACCENT if first else INK)
        )
    columns, side = layout(len(tiles))
    left = (WIDTH - columns * side - (columns - 1) * GAP) // 2
    for k, (picture, title, told, colour) in enumerate(tiles):
        x, y = left + k % columns * (side + GAP), TOP + k // columns * (side + TEXT)
        if picture is None:
            pen.rectangle((x, y, x + side, y + side), EMPTY)
            pen.text((x + side // 2, y + side // 2), "no answer", FAINT, font(24), anchor="mm")
        else:
            page.paste(enlarged(picture, side), (x, y))
        if colour == ACCENT:
            pen.rectangle((x - 5, y - 5, x + side + 4, y + side + 4), outline=ACCENT, width=4)
        pen.text((x, y + side + 12), fitted(pen, title, side, 26), colour, font(26))
        pen.text((x, y + side + 48), fitted(pen, told, side, 21), FAINT, font(21))
    return np.asarray(page)


def layout(count: int) -> tuple[int, int]:
    """How many columns make the tiles largest, and their side in pixels."""

    def side(columns: int) -> int:
        across = (WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns
        down = (HEIGHT - TOP) // math.ceil(count / columns) - TEXT
        return min(across, down)

    columns = max(range(1, count + 1), key=side)
    return columns, side(columns)


def numbers(cell: Cell, nearest_by: str) -> str:
    """A cell's line: PSNR, what it is ranked by, and seconds; or its sentence."""
    if cell.picture is None:
        return cell.sentence
    return " · ".join([*near(cell, nearest_by), f"{cell.seconds:.1f} s"])


def near(cell: Cell, nearest_by: str) -> list[str]:
    """How near it came, in short."""
    told = [f"{cell.metrics['PSNR']:.1f} dB"] if "PSNR" in cell.metrics else []
    if nearest_by in cell.metrics:
        told.append(f"{short(nearest_by)} {cell.metrics[nearest_by]:.3f}")
    return told


def short(metric: str) -> str:
    """A metric's name without which network it is by.

    >>> [short(name) for name in ("LPIPS (AlexNet)", "perceptual distance (embedded)")]
    ['LPIPS', 'distance']
    """
    name = metric.partition(" (")[0]
    return name.removeprefix("perceptual ").removeprefix("measurement ")


def enlarged(picture: Picture, side: int) -> Image.Image:
    return Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def fitted(pen: ImageDraw.ImageDraw, text: str, width: int, size: int) -> str:
    """The text, or as much of its beginning as is so wide."""
    if pen.textlength(text, font(size)) <= width:
        return text
    while text and pen.textlength(f"{text}…", font(size)) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
