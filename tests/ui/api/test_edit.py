from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from inversion import Inversion
from inversion.editing import Move, Truncate, ganspace
from inversion.sampling import draw
from tests.inversion.conftest import only_styles, result_of
from tests.ui.doubles import load


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    G = load("avatars")
    result_of(G, draw(G, 2, seed=3)).save(tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_a_program_gets_what_python_gives(client: Client, saved: Path) -> None:
    picture, file, about = client.predict(
        handle_file(str(saved)),
        direction="component 2",
        strength=2.5,
        first=1,
        last=6,
        truncation=0.9,
        rank=1,
        api_name="/edit",
    )
    G = load("avatars")
    result = Inversion.load(file)
    edits = [Move(ganspace(G, 10)[1], 2.5, (1, 6)), Truncate(0.9)]
    assert result.seeds == (1,) and len(result.edits) == 2
    expected = result.edit(edits).render(G)[0]
    np.testing.assert_array_equal(np.asarray(Image.open(picture)), expected)
    np.testing.assert_array_equal(result.render(G)[0], expected)
    assert about["edits"] == ["component 2 +2.50, layers 1 to 6", "truncation 0.90"]
    assert about["identity kept"] < 1 and "smile" in about["moved"]
    _, again, about = client.predict(handle_file(file), api_name="/edit")
    assert len(about["edits"]) == 2
    np.testing.assert_array_equal(Inversion.load(again).render(G)[0], expected)


@pytest.mark.usefixtures("one_thread")
def test_an_answer_in_styles_alone_is_converted_for_a_class(client: Client, tmp_path: Path) -> None:
    G = load("species")
    found = result_of(G, only_styles(draw(G, 1, seed=3)))
    found.save(tmp_path / "big.safetensors")
    picture, file, about = client.predict(
        handle_file(str(tmp_path / "big.safetensors")), label="owl", api_name="/edit"
    )
    result = Inversion.load(file)
    assert "dB (PSNR) from what was found" in about["converted"] and about["edits"] == ["to owl"]
    assert result.codes.c is not None and "nearest z and class" in result.notes[-1]
    np.testing.assert_array_equal(np.asarray(Image.open(picture)), result.render(G)[0])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"direction": "x"}, "no direction 'x'"),
        ({"direction": "SeFa 1", "hold": "SeFa 2, x"}, "no direction 'x'"),
        ({"direction": "SeFa 1", "hold": "SeFa 1"}, "Hold less still"),
        ({"direction": "component 1", "strength": 1e9}, "must be a number from"),
        ({"direction": "component 1", "first": 3, "last": 2}, "comes after the last"),
        ({"direction": "component 1", "last": 99}, "There are no layers"),
        ({"truncation": 9}, "must be a number"),
        ({"label": "owl"}, "no class"),
        ({"label": "1"}, "no class"),
        ({"rank": 7}, "no answer 7"),
    ],
)
def test_a_wrong_argument_is_a_sentence(
    client: Client, saved: Path, wrong: dict, words: str
) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(handle_file(str(saved)), **wrong, api_name="/edit")


def test_a_result_of_another_model_is_a_sentence(client: Client, tmp_path: Path) -> None:
    G = load("mine-alone")
    result_of(G, draw(G, 1)).save(tmp_path / "other.safetensors")
    with pytest.raises(AppError, match="called mine-alone, which is not listed"):
        client.predict(handle_file(str(tmp_path / "other.safetensors")), api_name="/edit")
    (tmp_path / "text.safetensors").write_text("hello")
    with pytest.raises(AppError, match="not a saved result"):
        client.predict(handle_file(str(tmp_path / "text.safetensors")), api_name="/edit")
