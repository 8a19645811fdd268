import gradio as gr
import numpy as np
import pytest
from PIL import Image

from inversion.images import Crop
from models.errors import StudioError
from tests.ui.conftest import PHOTO
from ui.picture import EXAMPLES, PictureCard, show_crop, target
from ui.session import Session

DEFAULTS = (1.0, 0.0, 0.0, 0.0)


@pytest.fixture
def card() -> PictureCard:
    with gr.Blocks():
        card = PictureCard()
        session, model = gr.State(), gr.Dropdown()
        card.wire(session, model, gr.HTML(), gr.Button())
    return card


def test_a_picture_is_taken_and_a_bad_file_leaves_it(card: PictureCard, photo, tmp_path) -> None:
    session = Session()
    changes = card.accept({"path": str(PHOTO)}, session, "avatars")
    np.testing.assert_array_equal(session.picture, photo)
    assert "64 × 64 pixels" in changes[card.crop]
    assert changes[card.go].interactive
    bad = tmp_path / "text.png"
    bad.write_text("no picture")
    changes = card.accept({"path": str(bad)}, session, "avatars")
    assert changes[card.photo] == str(PHOTO)
    assert "not a picture" in changes[card.notice].value
    np.testing.assert_array_equal(session.picture, photo)
    assert card.notice not in card.accept({"path": str(PHOTO)}, session, "avatars"), "it stays"


def test_clearing_forgets_the_picture(card: PictureCard) -> None:
    session = Session()
    card.accept({"path": str(PHOTO)}, session, "avatars")
    changes = card.accept(None, session, "avatars")
    assert session.picture is None
    assert not changes[card.go].interactive
    with pytest.raises(StudioError, match="Choose a picture"):
        target(session, "avatars", DEFAULTS)


def test_no_second_run_beside_the_first(card: PictureCard) -> None:
    changes = card.accept({"path": str(PHOTO)}, Session(running=True), "avatars")
    assert not changes[card.go].interactive


def test_the_crop_on_show_is_the_one_that_is_projected(photo) -> None:
    session = Session(picture=photo)
    values = (2.0, -0.5, 0.25, 10.0)
    expected = Crop(*values).apply(photo, 64)
    np.testing.assert_array_equal(target(session, "avatars", values), expected)
    from ui.html import uri

    assert uri(expected) in show_crop(session, "avatars", *values)
    assert uri(expected) not in show_crop(session, "avatars", *DEFAULTS)


def test_every_example_is_a_picture_with_a_provenance() -> None:
    text = (PHOTO.parents[1] / "README.md").read_text()
    assert EXAMPLES
    for path in EXAMPLES:
        with Image.open(path) as image:
            assert min(image.size) >= 64
        folder = path.parent.name
        assert f"{folder}/{path.name}" in text or f"{folder}/*" in text
