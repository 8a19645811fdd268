from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inversion.pictures.images import Crop
from inversion.pictures.masks import moved
from models.errors import StudioError
from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import studio
from tests.ui.visitor import AtProject
from ui.components import html, painter
from ui.project.picture import EXAMPLES, paint, show_crop, target

DEFAULTS = (1.0, 0.0, 0.0, 0.0)


@pytest.fixture
def visitor() -> AtProject:
    return AtProject(studio(), Session())


def give(visitor: AtProject, path: Path | None) -> None:
    """Another picture; None clears it."""
    visitor.put("photo", None if path is None else {"path": str(path)})


def test_a_picture_is_taken_and_a_bad_file_leaves_it(visitor: AtProject, photo, tmp_path) -> None:
    give(visitor, PHOTO)
    session = visitor.session
    np.testing.assert_array_equal(session.picture, photo)
    assert visitor.value("crop")["caption"] == "64 × 64 pixels"
    assert visitor.enabled("run")
    bad = tmp_path / "text.png"
    bad.write_text("no picture")
    give(visitor, bad)
    assert visitor.value("photo") == str(PHOTO)
    assert "not a picture" in visitor.value("notice")
    np.testing.assert_array_equal(session.picture, photo)
    give(visitor, PHOTO)
    assert visitor.find("notice") not in visitor.moments[0], "it stays"


def test_clearing_forgets_the_picture(visitor: AtProject) -> None:
    give(visitor, PHOTO)
    give(visitor, None)
    assert visitor.session.picture is None
    assert not visitor.enabled("run")
    with pytest.raises(StudioError, match="Choose a picture"):
        target(visitor.session, "avatars", DEFAULTS)


def test_no_second_run_beside_the_first(visitor: AtProject) -> None:
    visitor.session.running = True
    give(visitor, PHOTO)
    assert not visitor.enabled("run")


def test_the_crop_on_show_is_the_one_that_is_projected(photo) -> None:
    session = Session(picture=photo)
    values = (2.0, -0.5, 0.25, 10.0)
    expected = Crop(*values).apply(photo, 64)
    picture, painted = target(session, "avatars", values)
    np.testing.assert_array_equal(picture, expected)
    assert painted is None
    assert show_crop(session, "avatars", *values)["picture"] == html.uri(expected)
    assert show_crop(session, "avatars", *DEFAULTS)["picture"] != html.uri(expected)


def brushed(left: int) -> dict[str, str]:
    """What the painter sends for a stroke over the middle rows from column `left` on."""
    mask = np.zeros((painter.CANVAS, painter.CANVAS), bool)
    mask[64:192, left:] = True
    return {"mask": painter.uri(mask)}


def test_paint_stays_on_the_photo_when_the_crop_moves(photo) -> None:
    session = Session(picture=photo)
    paint(session, brushed(128), *DEFAULTS)
    _, painted = target(session, "avatars", DEFAULTS)
    expected = np.zeros((64, 64), bool)
    expected[16:48, 32:] = True
    np.testing.assert_array_equal(painted, expected)
    upper_right = (2.0, 1.0, -1.0, 0.0)
    _, painted = target(session, "avatars", upper_right)
    expected = np.zeros((64, 64), bool)
    expected[32:] = True
    np.testing.assert_array_equal(painted, expected)
    assert show_crop(session, "avatars", *upper_right)["mask"] == painter.uri(
        moved(session.painted, Crop(*upper_right), painter.CANVAS)
    )
    corner = (4.0, -1.0, -1.0, 0.0)
    assert "paint lies outside" in show_crop(session, "avatars", *corner)["caption"]
    with pytest.raises(StudioError, match="None of the paint"):
        target(session, "avatars", corner)


def test_paint_of_another_crop_is_added_and_can_be_cleared(photo) -> None:
    session, left, right = Session(picture=photo), (2.0, -1.0, 0.0, 0.0), (2.0, 1.0, 0.0, 0.0)
    paint(session, brushed(0), *left)
    paint(session, brushed(0), *right)
    assert session.painted.mean() == pytest.approx(0.25, abs=0.01)
    paint(session, {"mask": ""}, *right)
    assert session.painted is None
    assert show_crop(session, "avatars", *right)["mask"] == ""


def test_another_photo_is_not_painted(visitor: AtProject) -> None:
    visitor.session.painted = np.ones((8, 8), bool)
    give(visitor, PHOTO)
    assert visitor.session.painted is None


def test_every_example_is_a_picture_with_a_provenance() -> None:
    text = (PHOTO.parents[1] / "README.md").read_text()
    assert EXAMPLES
    for path in EXAMPLES:
        with Image.open(path) as image:
            assert min(image.size) >= 64
        folder = path.parent.name
        assert f"{folder}/{path.name}" in text or f"{folder}/*" in text
