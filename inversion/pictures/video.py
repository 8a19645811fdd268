"""Films: pictures as one that browsers play, H.264 in MP4, and the pictures of one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from inversion.pictures.images import Picture, check_size
from models.errors import StudioError

QUALITY = 16  # x264's constant rate factor: below 18 the eye sees no loss
SMALLEST = 256  # pixels: smaller pictures are enlarged until they are as large


def mp4(
    frames: Iterable[Picture], fps: float = 24, path: str | Path | None = None, smooth: bool = False
) -> bytes:
    """The frames, uint8 [H, W, 3] of one size, as an MP4 file: its bytes, written to `path` too.

    yuv420p, as browsers ask, so an odd row or column is repeated once; the index stands in front,
    so that the film starts before it is all there. Small pictures are enlarged by whole factors,
    each pixel a square, or `smooth`, as the page shows pictures. Raises StudioError without frames,
    for frames of different sizes, or if the file cannot be written.

    >>> film = mp4([np.zeros((64, 64, 3), np.uint8)] * 3)
    >>> film[4:8]
    b'ftyp'
    """
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise StudioError("A film needs at least one frame.")
    times = max(1, -(-SMALLEST // min(first.shape[:2])))
    height, width = (side * times + side * times % 2 for side in first.shape[:2])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "film.mp4")  # the index is put in front when the file is closed
        with av.open(str(file), "w", options={"movflags": "faststart"}) as film:
            stream = film.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.options = {"crf": str(QUALITY), "preset": "veryfast", "threads": "2"}
            for frame in chain([first], frames):
                if frame.shape != first.shape:
                    raise StudioError("The frames of a film must have one size.")
                film.mux(stream.encode(_frame(frame, times, height, width, smooth)))
            film.mux(stream.encode())
        data = file.read_bytes()
    if path is not None:
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise StudioError(f"The film could not be written to {path}: {error}.") from None
    return data


def _frame(picture: Picture, times: int, height: int, width: int, smooth: bool) -> av.VideoFrame:
    """The picture enlarged by a whole factor, its last row and column repeated to an even size."""
    if smooth and times > 1:
        size = (picture.shape[1] * times, picture.shape[0] * times)
        large = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
    else:
        large = picture.repeat(times, 0).repeat(times, 1)
    missing = ((0, height - large.shape[0]), (0, width - large.shape[1]), (0, 0))
    return av.VideoFrame.from_ndarray(np.pad(large, missing, "edge"), format="rgb24")


def frames_of(path: str | Path) -> Iterator[Picture]:
    """The pictures of a film file, upright, uint8 [H, W, 3], one after another.

    Raises StudioError if there is no such file, it is no film, or too large; one that is cut short
    ends where it is damaged.
    """
    with _film(path) as film:
        count = 0
        try:
            for frame in film.decode(video=0):
                check_size(frame.width, frame.height)
                upright = np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)
                yield np.ascontiguousarray(upright)
                count += 1
        except av.FFmpegError as error:
            if not count:
                raise _no_film(path) from error


def rate_of(path: str | Path) -> float:
    """Pictures a second of a film file. Raises StudioError as `frames_of` does."""
    with _film(path) as film:
        return float(film.streams.video[0].average_rate or 24)


@contextmanager
def _film(path: str | Path) -> Iterator[Any]:
    """The open file, which has pictures."""
    if not Path(path).is_file():
        raise StudioError(f"There is no file {path}. Check the path.")
    try:
        film = av.open(str(path))
    except (av.FFmpegError, OSError, ValueError):
        raise _no_film(path) from None
    with film:
        if not film.streams.video:
            raise _no_film(path)
        yield film


def _no_film(path: str | Path) -> StudioError:
    return StudioError(
        f"{Path(path).name} is not a film that can be read. Use MP4, MOV, WebM, MKV or AVI."
    )
