import io

import av
import numpy as np
import pytest

from inversion.pictures.video import mp4
from models.errors import StudioError


def moving(count, height, width):
    """A soft colour gradient that slides."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    for i in range(count):
        wave = np.stack([x + i / 40, y, 0.5 + 0 * x], -1)
        yield np.uint8(127.5 + 100 * np.sin(3 * wave))


def decoded(data):
    with av.open(io.BytesIO(data)) as film:
        stream = film.streams.video[0]
        about = stream.codec_context.name, stream.codec_context.pix_fmt, float(stream.average_rate)
        return about, [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]


@pytest.mark.parametrize("height, width", [(256, 256), (257, 300)])
def test_a_film_shows_its_frames(height, width, tmp_path):
    frames = list(moving(10, height, width))
    data = mp4(iter(frames), 12, tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == data
    about, shown = decoded(data)
    assert about == ("h264", "yuv420p", 12.0)
    assert len(shown) == 10
    for frame, seen in zip(frames, shown, strict=True):
        assert seen.shape[0] % 2 == 0 and seen.shape[1] % 2 == 0
        error = np.abs(seen[:height, :width].astype(float) - frame)
        assert error.mean() < 2.5, error.mean()
    assert np.abs(shown[0].astype(float) - shown[-1]).mean() > 10  # it moves


def test_small_pictures_are_enlarged_by_whole_pixels():
    frame = np.zeros((64, 64, 3), np.uint8)
    frame[:32] = 200
    _, [seen] = decoded(mp4([frame]))
    assert seen.shape == (256, 256, 3)
    assert seen[:124].mean() > 190 and seen[132:].mean() < 10


def test_the_index_stands_in_front():
    data = mp4(moving(3, 256, 256))
    assert data.index(b"moov") < data.index(b"mdat")


def test_what_is_no_film(tmp_path):
    with pytest.raises(StudioError, match="at least one"):
        mp4([])
    with pytest.raises(StudioError, match="one size"):
        mp4([np.zeros((256, 256, 3), np.uint8), np.zeros((258, 256, 3), np.uint8)])
    with pytest.raises(StudioError, match="could not be written"):
        mp4(moving(2, 256, 256), path=tmp_path / "no" / "film.mp4")
