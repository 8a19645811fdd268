from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from inversion import Inversion
from inversion.pictures.images import Crop
from inversion.sampling import draw
from tests.inversion.conftest import result_of
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load, studio
from ui.api.compare import compare_endpoint
from ui.api.edit import edit_endpoint
from ui.api.project import project_endpoint
from ui.api.restore import restore_endpoint


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


@pytest.mark.usefixtures("one_thread")
def test_a_program_gets_what_the_page_gives(client: Client, photo: np.ndarray) -> None:
    picture, file, settings = client.predict(
        handle_file(str(PHOTO)), method="w+", effort="fast", seeds=2, seed=7, api_name="/project"
    )
    result = Inversion.load(file)
    drawn = result.render(load("avatars"))
    np.testing.assert_array_equal(np.asarray(Image.open(picture)), drawn[0])
    np.testing.assert_array_equal(result.target, Crop().apply(photo, 64))
    assert sorted(result.seeds) == [7, 8]
    assert settings["steps"] == result.steps and result.seconds < 10
    assert settings["metrics"]["PSNR"] == pytest.approx(result.metrics["PSNR"])


@pytest.mark.usefixtures("one_thread")
def test_the_next_visitors_call_leaves_the_files_of_the_last(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    (tmp_path / "own").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "own"))
    G = load("avatars")
    result_of(G, draw(G, 1)).save(tmp_path / "saved.safetensors")
    photo, saved = {"path": str(PHOTO)}, {"path": str(tmp_path / "saved.safetensors")}
    calls = {
        project_endpoint: lambda work, seed: work(photo, method="w", seeds=1, seed=seed),
        compare_endpoint: lambda work, seed: work(photo, "w,z", seed=seed),
        restore_endpoint: lambda work, seed: work(photo, method="w", seeds=1, seed=seed),
        edit_endpoint: lambda work, seed: work(saved, truncation=1 - seed / 10),
    }
    for endpoint, call in calls.items():
        work = endpoint(studio(budget=0.05))
        answers = [call(work, seed) for seed in range(2)]
        first, second = ([Path(file.path) for file in files] for *files, _ in answers)
        assert all(path.is_file() for path in first + second) and first[:2] != second[:2]
    left = (tmp_path / "own").rglob("*")
    assert not [path for path in left if path.suffix in (".png", ".safetensors")]


@pytest.mark.usefixtures("one_thread")
def test_class_and_mask_reach_the_search(client: Client, photo: np.ndarray, tmp_path) -> None:
    painted = np.zeros(photo.shape[:2], bool)
    painted[: photo.shape[0] // 2] = True
    Image.fromarray(painted).save(tmp_path / "mask.png")
    options = {"model": "species", "method": "z", "effort": "fast", "seeds": 1}
    _, file, settings = client.predict(
        handle_file(str(PHOTO)),
        **options,
        label="owl",
        mask=handle_file(str(tmp_path / "mask.png")),
        api_name="/project",
    )
    result = Inversion.load(file)
    np.testing.assert_array_equal(result.mask, np.arange(64)[:, None].repeat(64, 1) < 32)
    G = load("species")
    nearest = (G.embeddings - result.codes.c).norm(dim=1).argmin()
    assert G.class_names[nearest] == "owl"
    assert settings["seeds"] == [0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"method": "x"}, "There is no method"),
        ({"model": "x"}, "There is no such model"),
        ({"effort": "x"}, "There is no effort"),
        ({"seeds": 0}, "whole number from 1 to 18; it is 0"),
        ({"label": "owl"}, "has no classes"),
        ({"label": "1"}, "has no classes"),
        ({"model": "species", "label": "dog"}, "no class 'dog'"),
        ({"encoder": "x"}, "no encoder 'x'"),
    ],
)
def test_a_wrong_argument_is_a_sentence(client: Client, wrong: dict, words: str) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(handle_file(str(PHOTO)), **wrong, api_name="/project")


def test_a_file_that_is_no_picture_is_a_sentence(client: Client, tmp_path) -> None:
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(AppError, match="not a picture"):
        client.predict(handle_file(str(tmp_path / "text.png")), api_name="/project")


def test_the_endpoint_documents_itself(client: Client) -> None:
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert {"/project", "/compare", "/restore"} <= set(endpoints)
    about = endpoints["/project"]
    assert [each["parameter_name"] for each in about["parameters"]] == [
        "image",
        "model",
        "method",
        "effort",
        "seeds",
        "seed",
        "label",
        "mask",
        "encoder",
    ]
    assert len(about["returns"]) == 3
