import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from inversion import Inversion
from inversion.operators.measurement import Measurement
from inversion.pictures.images import Crop
from tests.ui.conftest import PHOTO
from tests.ui.doubles import load

QUICK = {"method": "w", "effort": "fast", "seeds": 1, "api_name": "/restore"}


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_a_program_gets_what_the_page_gives(client: Client, photo: np.ndarray, tmp_path) -> None:
    painted = np.zeros(photo.shape[:2], bool)
    painted[: photo.shape[0] // 2] = True
    Image.fromarray(painted).save(tmp_path / "mask.png")
    picture, file, measured, settings = client.predict(
        handle_file(str(PHOTO)),
        task="inpaint",
        mask=handle_file(str(tmp_path / "mask.png")),
        **QUICK | {"seeds": 2, "seed": 7},
    )
    result = Inversion.load(file)
    kept = result.measurement.put_back(result.render(load("avatars")))
    np.testing.assert_array_equal(np.asarray(Image.open(picture)), kept[0])
    np.testing.assert_array_equal(result.target, Crop().apply(photo, 64))
    hidden = result.measurement.given.hidden.numpy()
    assert hidden[:31].all() and not hidden[34:].any()
    assert sorted(result.seeds) == [7, 8]
    assert settings["metrics"]["PSNR"] == pytest.approx(result.metrics["PSNR"])
    assert settings["measurement"]["tasks"] == ["inpainting"]

    *_, again = client.predict(handle_file(measured), **QUICK)
    assert set(again["metrics"]) == {"measurement error", "rim error"}
    assert Measurement.load(measured).tasks == ("inpainting",)


def test_tasks_with_settings_of_a_degraded_picture(client: Client) -> None:
    *_, settings = client.predict(
        handle_file(str(PHOTO)),
        task="colourisation, denoising",
        task_settings={"denoising.sigma": 0.3},
        degraded=True,
        **QUICK,
    )
    measured = settings["measurement"]
    assert measured["tasks"] == ["colourisation", "denoising"]
    assert measured["settings"]["denoising.sigma"] == 0.3 and not measured["degraded"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"task": "x"}, "There is no task"),
        ({"task_settings": {"x": 1}}, "has no setting x"),
        ({"method": "x"}, "There is no method"),
        ({"model": "x"}, "There is no such model"),
        ({"seeds": 0}, "whole number from 1 to 18; it is 0"),
        ({"task": "denoising", "task_settings": {"denoising.sigma": 0}}, "σ = 0"),
        ({"degraded": True}, "Paint one"),
        ({"task": "mri", "degraded": True}, "starts from measured numbers"),
    ],
)
def test_a_wrong_argument_is_a_sentence(client: Client, wrong: dict, words: str) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(handle_file(str(PHOTO)), **QUICK | wrong)


def test_another_safetensors_file_is_a_sentence(client: Client, tmp_path) -> None:
    (tmp_path / "y.safetensors").write_text("hello")
    with pytest.raises(AppError, match="not a measurement"):
        client.predict(handle_file(str(tmp_path / "y.safetensors")), **QUICK)
