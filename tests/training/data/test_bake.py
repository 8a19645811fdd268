import json
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import StudioError
from training.__main__ import main as dispatch
from training.avatars import VERSION, attributes, codes, render
from training.data import bake as bake_module
from training.data.bake import CHUNK, Job, bake, prepare
from training.data.baked import BakedImages, held_out

pytestmark = pytest.mark.usefixtures("one_thread")  # small tensors: threads only wait


def job(folder: Path, count: int = 20) -> Job:
    return Job(folder, count, resolution=16, seed=4, fast=False)


def run(j: Job, commit_every: int = 1) -> list[int]:
    return list(bake(j, minutes=5, workers=1, commit_every=commit_every))


@pytest.mark.slow
def test_bakes_what_the_renderer_draws(tmp_path: Path) -> None:
    assert run(job(tmp_path / "set")) == [8, 16, 20]
    data = BakedImages(tmp_path / "set")
    indices = torch.tensor([3, 19, 9])
    expected = codes(4, indices)
    assert data.count == 20 and data.resolution == 16
    assert torch.equal(data.codes(indices), expected)
    assert torch.equal(data.images(indices), render(attributes(expected), 16).images)


@pytest.mark.slow
def test_resumes_after_a_kill_to_identical_bytes(tmp_path: Path) -> None:
    whole, broken = job(tmp_path / "whole"), job(tmp_path / "broken")
    run(whole)
    steps = bake(broken, minutes=5, workers=1, commit_every=1)
    assert next(steps) == CHUNK
    steps.close()
    images = np.load(broken.folder / "images.npy", mmap_mode="r+")
    images[CHUNK:] = 77  # half-written pictures that were never committed
    images.flush()
    assert run(broken)[-1] == 20
    for name in ("images.npy", "codes.npy", "progress.json"):
        assert (whole.folder / name).read_bytes() == (broken.folder / name).read_bytes()


@pytest.mark.slow
def test_readers_see_only_finished_pictures(tmp_path: Path) -> None:
    steps = bake(job(tmp_path / "set"), minutes=5, workers=1, commit_every=1)
    next(steps)
    data = BakedImages(tmp_path / "set")
    assert data.count == CHUNK
    with pytest.raises(IndexError):
        data.images(torch.tensor([CHUNK]))
    next(steps)
    assert data.refresh() == 2 * CHUNK
    assert data.images(torch.tensor([CHUNK])).float().std() > 5
    steps.close()


def test_the_clock_stops_the_bake(tmp_path: Path) -> None:
    j = job(tmp_path / "set")
    assert list(bake(j, minutes=0, workers=1)) == []
    assert BakedImages(j.folder).count == 0


def test_other_settings_or_code_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    j = job(tmp_path / "set")
    prepare(j)
    with pytest.raises(StudioError, match="other settings"):
        prepare(Job(j.folder, 21, 16, 4, False))
    monkeypatch.setattr(bake_module, "VERSION", VERSION + 1)
    with pytest.raises(StudioError, match="other drawing code"):
        prepare(j)


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="python -m training bake"):
        BakedImages(tmp_path)


@pytest.mark.slow
def test_two_processes_draw_the_same(tmp_path: Path) -> None:
    one, two = job(tmp_path / "one"), job(tmp_path / "two")
    run(one)
    assert list(bake(two, minutes=5, workers=2, commit_every=1)) == [8, 16, 20]
    for name in ("images.npy", "codes.npy"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


@pytest.mark.slow
def test_the_command_writes_a_set_and_a_preview(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bake_module, "can_compile", lambda: False)
    dispatch(
        [
            "bake",
            "--out",
            str(tmp_path / "set"),
            "--count",
            "8",
            "--resolution",
            "16",
            "--workers",
            "1",
        ]
    )
    assert "8/8 pictures" in capsys.readouterr().out
    assert json.loads((tmp_path / "set/progress.json").read_text())["count"] == 8
    dispatch(["bake", "--preview", str(tmp_path / "grid.png"), "--resolution", "16"])
    assert (tmp_path / "grid.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(SystemExit, match="bake"):
        dispatch(["dance"])


@pytest.mark.slow
def test_held_out_pictures_are_another_seed(tmp_path: Path) -> None:
    images, u = held_out(3, resolution=16)
    assert images.shape == (3, 3, 16, 16) and images.dtype == torch.uint8
    assert not torch.equal(u, codes(0, torch.arange(3)))
    assert torch.equal(images, render(attributes(u), 16).images)
