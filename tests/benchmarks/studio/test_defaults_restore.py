import pytest

from benchmarks.common.run_file import RunFile
from benchmarks.studio import defaults_restore
from benchmarks.studio.candidates import RESTORERS
from benchmarks.studio.defaults_restore import BASELINE, restored, section, winners
from inversion import METHODS, Degradation
from inversion.operators.observation import observe
from inversion.pictures.images import Crop, read
from inversion.presets import Preset
from models import load
from tests.ui.conftest import PHOTO


def row(name, lpips, *, seconds=10.0, task="jpeg", kind="home", picture=0):
    named = {"name": name, "seconds": seconds, "task": task, "kind": kind, "picture": picture}
    return named | {"lpips": lpips, "psnr": 20.0, "steps": 3}


ROWS = [
    row(BASELINE, 0.15, seconds=0.0),
    row("w+", 0.20, seconds=2.0),
    row("ilo", 0.10, seconds=2.0),
    row("w+", 0.18),
    row("ilo", 0.30),
]


def test_a_longer_search_that_is_worse_is_not_the_default():
    found = {seconds: Preset(**each) for seconds, each in winners(ROWS)["jpeg"].items()}
    assert found["2"] == found["10"]
    assert (found["10"].method, found["10"].seconds, found["10"].baseline) == ("ilo", 2.0, 0.15)


def test_the_nearest_of_a_time_is_marked_be_it_the_baseline():
    body = section(ROWS)
    short, long = body.split("**2 s:**")[1].split("**10 s:**")
    assert "**0.100 (20.0)**" in short and "**0.150 (20.0)**" in long
    assert "1 as the model was trained on" in body


@pytest.mark.parametrize("name", RESTORERS)
def test_every_candidate_is_a_method_that_undoes_a_task(name):
    assert RESTORERS[name].method in METHODS and not RESTORERS[name].encoder


def test_a_hole_is_measured_with_the_known_pixels_put_back(monkeypatch):
    G, seen = load("avatars"), None
    monkeypatch.setitem(RESTORERS, "w+", Preset("w+", settings={"adam.steps": 1}))
    seen = observe(Crop().apply(read(PHOTO), 64), 64, Degradation("inpainting"))
    hole = restored(G, seen, "w+", 30.0, None)
    monkeypatch.setattr(type(seen.measurement), "put_back", lambda *_: None)
    assert hole["psnr"] > restored(G, seen, "w+", 30.0, None)["psnr"] + 1
    assert set(defaults_restore.baseline(G, seen)) == {"steps", "title", "lpips", "psnr"}


def test_what_was_run_is_not_run_again(tmp_path):
    path, made = tmp_path / "made" / "runs.jsonl", []
    for _ in range(2):
        runs = RunFile(path, ("name", "seconds"))
        for seconds in (1.0, 2.0):
            found = runs.row(
                {"name": "w", "seconds": seconds}, lambda: made.append(1) or {"lpips": 0.5}
            )
            assert found == {"name": "w", "seconds": seconds, "lpips": 0.5}
    assert len(made) == 2 and len(path.read_text().splitlines()) == 2
