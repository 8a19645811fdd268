import zipfile

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from inversion import METHODS
from tests.ui.conftest import PHOTO


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


def test_a_program_races_methods_and_gets_every_file(client: Client) -> None:
    sheet, pack, table = client.predict(
        handle_file(str(PHOTO)), "w,W,z", equal="steps", budget=3, api_name="/compare"
    )
    assert np.asarray(Image.open(sheet)).shape == (1080, 1920, 3)
    assert {row["method"] for row in table} == {METHODS[name].title for name in ("w", "W", "z")}
    assert {row["model"] for row in table} == {"avatars", "avatars-overparam"}
    assert [row["rank"] for row in table] == [1, 2, 3] and {row["steps"] for row in table} == {3}
    with zipfile.ZipFile(pack) as files:
        assert sum(name.endswith("result.safetensors") for name in files.namelist()) == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"methods": "zap"}, "There is no method"),
        ({"methods": ",".join(["w"] * 10)}, "at most 9"),
        ({"model": "x"}, "There is no such model"),
        ({"equal": "x"}, "no equal"),
        ({"budget": 61}, "between 0 and 60 seconds"),
        ({"seeds": 0}, "from 1 to 18"),
        ({"task": "zap"}, "no task"),
        ({"methods": "w@nothing"}, "no such model"),
    ],
)
def test_a_wrong_argument_is_a_sentence(client: Client, wrong: dict, words: str) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(handle_file(str(PHOTO)), **wrong, api_name="/compare")
