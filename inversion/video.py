"""Pictures as a film that browsers play: H.264 in MP4."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from inversion.images import Picture
from models.errors import StudioError

QUALITY = 16  # x264's constant rate factor: below 18 the eye sees no loss
SMALLEST = 256  # pixels: smaller pictures are doubled until they are as large, each pixel a square


def mp4(frames: Iterable[Picture], fps: int = 24, path: str | Path | None = None) -> bytes:
    """The frames, uint8 [H, W, 3] of one size, as an MP4 file: its bytes, written to `path` too.

    yuv420p, as browsers ask, so an odd row or column is repeated once; the index stands in front,
    so that the film starts before it is all there. Small pictures are enlarged by whole factors,
    for a film is smoothed when a player enlarges it. Raises StudioError without frames, for frames
    of different sizes, or if the file cannot be written.
    """
    memory = io.BytesIO()
    size: tuple[int, ...] = ()
    with av.open(memory, "w", format="mp4", options={"movflags": "faststart"}) as film:
        for frame in frames:
            if not size:
                size = frame.shape
                times = -(-SMALLEST // min(size[:2])) if min(size[:2]) < SMALLEST else 1
                height, width = (side * times + side * times % 2 for side in size[:2])
                stream = film.add_stream("libx264", rate=Fraction(fps))
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.options = {"crf": str(QUALITY), "preset": "veryfast", "threads": "2"}
            if frame.shape != size:
                raise StudioError("The frames of a film must have one size.")
            film.mux(stream.encode(_frame(frame, times, height, width)))
        if not size:
            raise StudioError("A film needs at least one frame.")
        film.mux(stream.encode())
    if path is not None:
        try:
            Path(path).write_bytes(memory.getvalue())
        except OSError as error:
            raise StudioError(f"The film could not be written to {path}: {error}.") from None
    return memory.getvalue()


def _frame(picture: Picture, times: int, height: int, width: int) -> av.VideoFrame:
    """The picture enlarged by whole pixels, its last row and column repeated to an even size."""
    large = picture.repeat(times, 0).repeat(times, 1)
    missing = ((0, height - large.shape[0]), (0, width - large.shape[1]), (0, 0))
    return av.VideoFrame.from_ndarray(np.pad(large, missing, "edge"), format="rgb24")
