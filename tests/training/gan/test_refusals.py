"""What a training is told wrongly, it answers with a sentence that names the setting."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from models.errors import StudioError
from models.readers import native
from tests.training.gan.toy import SETTINGS, Toy, trainer
from training import __main__ as command
from training.gan import command as gan
from training.gan.settings import Settings


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"batch": 6}, "--batch is 6. Give a multiple of 4"),
        ({"batch": 0}, "--batch is 0. Give 4 or more"),
        ({"rows": -1}, "--rows is -1. Give 0 or more"),
        ({"path_every": 0}, "--path-every is 0. Give 1 or more"),
        ({"channels": "4,four"}, "--channels is '4,four'. Give whole numbers"),
        ({"channels": "4,4,"}, "--channels is '4,4,'. Give whole numbers"),
        ({"channels": "4,0"}, "--channels is '4,0'. Give whole numbers"),
    ],
)
def test_settings_that_no_network_has(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        Settings(**wrong)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"channels": "4,4"}, "have 16 pixels a side, and --channels 4,4 ends at 8"),
        ({"z_dim": 3}, "--z-dim is 3, .* code has 3 numbers.* Give 4 or more"),
    ],
)
def test_settings_that_do_not_suit_the_data(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        trainer(**wrong)


def test_more_channels_than_the_pictures_need_are_fine() -> None:
    assert trainer(channels="4,4,4,9").generator.resolution == 16


def test_images_that_end_within_the_warm_start(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="--images 16 .* warm start of 16 .* --warm-images"):
        gan.train(SETTINGS, Toy(), tmp_path / "out", minutes=1.0, images=16)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("held", "given", "difference"),
    [
        ({}, {"channels": "4,4,8"}, "of --channels 4,4,4, not of --channels 4,4,8"),
        ({}, {"noise": False}, "of --noise, not of --no-noise"),
        ({"rows": 0}, {"noise": False}, "of --rows 0, not of --rows 1"),
        ({"rows": 0}, {}, "of --rows 0, --no-noise, not of --rows 1, --noise"),
        ({"noise": False}, {"rows": 2}, "of --rows 1, not of --rows 2"),
        ({}, {"mapping_layers": 2}, "of --mapping-layers 1, not of --mapping-layers 2"),
    ],
)
def test_a_checkpoint_of_another_network(
    held: dict[str, Any], given: dict[str, Any], difference: str, tmp_path: Path
) -> None:
    gan.checkpoint(trainer(**held), tmp_path)
    with pytest.raises(StudioError, match=f"{difference}. Give the same settings"):
        gan.resume(trainer(**given), tmp_path / "checkpoint.pt")


def test_a_checkpoint_for_pictures_of_another_size(tmp_path: Path) -> None:
    class Smaller(Toy):
        def __init__(self) -> None:
            super().__init__()
            self._images = self._images[:, :, ::2, ::2]

    gan.checkpoint(gan.Trainer(SETTINGS, Smaller(), "cpu"), tmp_path)
    with pytest.raises(StudioError, match="pictures of another size"):
        gan.resume(trainer(), tmp_path / "checkpoint.pt")


def test_a_network_of_several_rows_is_recorded_without_noise(tmp_path: Path) -> None:
    for changes, noise in (({"rows": 0}, False), ({"noise": False}, False), ({}, True)):
        gan.checkpoint(trainer(**changes), tmp_path)
        record = native.training_record(tmp_path / "ema.safetensors")
        assert record["settings"]["noise"] is noise


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    Image.new("RGB", (16, 16)).save(tmp_path / "a.png")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "{}/none"], "There is no folder .*none. Give --data a folder of pictures"),
        (["--data", "{}", "--resolution", "16"], "no codes. Train with --no-paired"),
        (["--data", "{}", "--resolution", "24"], "--resolution is 24. Give a power of two"),
        (["--data", "{}", "--no-paired", "--batch", "6"], "--batch is 6"),
        (["--data", "{}", "--no-paired", "--resolution", "256"], "have 256 pixels a side"),
    ],
)
def test_the_command_ends_with_the_sentence(
    arguments: list[str], sentence: str, pictures: Path
) -> None:
    given = [part.format(pictures) for part in arguments]
    with pytest.raises(SystemExit, match=sentence):
        command.main(["gan", "--out", str(pictures / "out"), "--device", "cpu", *given])
