import dataclasses
import json

import numpy as np
import pytest

from inversion import METHODS, presets
from inversion.operators import TASKS
from inversion.presets import KINDS, WISHES, Preset, kind_of, measured, preset
from inversion.presets.choice import restoring, unmeasured
from models import load, load_encoder, load_perceptual
from models.errors import StudioError
from models.weights.outline import outline
from studio.messages import Job
from studio.presets import decided
from studio.runs import GENERATORS, encoders
from ui.project.preset_choice import OWN
from ui.restore.preset_choice import restore_note
from ui.restore.preview import CLEAN, MEASURED

TABLE = {
    "models": {
        "avatars": {
            "restoration": {
                "denoising": {
                    "2": dataclasses.asdict(Preset("w", seconds=2, lpips=0.2, baseline=0.1)),
                    "10": dataclasses.asdict(Preset("w", seconds=2, lpips=0.2, baseline=0.1)),
                },
                "jpeg": {"10": dataclasses.asdict(Preset("p-norm+", lpips=0.2, baseline=0.3))},
            },
            "estimates": {"home": 0.1, "stranger": 0.4},
            "presets": {
                "home": {"closest": {"10": dataclasses.asdict(Preset("w+", encoder=True))}},
                "stranger": {
                    "closest": {
                        "2": dataclasses.asdict(Preset("ilo", seeds=2)),
                        "60": dataclasses.asdict(Preset("w", settings={"adam.lr": 0.05})),
                    }
                },
            },
        }
    }
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    file = tmp_path / "measured.json"
    file.write_text(json.dumps(TABLE))
    monkeypatch.setattr(presets, "FILE", file)
    measured.cache_clear()
    yield
    measured.cache_clear()


def job(wish, **how):
    target = np.full((64, 64, 3), 128, np.uint8)
    how = {"encoder": "avatars", "budget": 10.0, "wish": wish} | how
    return Job(target, "avatars", "z", seeds=4, seed=3, settings={}, **how)


def test_the_nearest_measured_time_is_taken(table):
    assert preset("avatars", "closest", seconds=3, kind="stranger").method == "ilo"
    assert preset("avatars", "closest", seconds=30, kind="stranger").method == "w"
    assert preset("avatars", "editable", kind="stranger") is None
    with pytest.raises(StudioError, match="no preset 'best'"):
        preset("avatars", "best")


@pytest.mark.parametrize(("estimate", "kind"), [(0.0, "home"), (0.15, "home"), (0.3, "stranger")])
def test_the_kind_is_the_one_that_the_encoder_draws_as_near(table, estimate, kind):
    assert kind_of("avatars", estimate) == kind
    assert kind_of("nobody's", estimate) == "stranger"


def test_a_wish_becomes_the_winner_for_the_kind_of_picture(table, monkeypatch):
    G, E, P = load("avatars"), load_encoder("avatars"), load_perceptual("embedded")
    for distance, method, encoder in ((0.1, "w+", "avatars"), (0.5, "ilo", None)):
        kind = kind_of("avatars", distance)
        monkeypatch.setattr("inversion.presets.choice.kind_of", lambda *_, kind=kind: kind)
        found = decided(job("closest", budget=4.0), G, E, P)
        assert (found.method, found.encoder, found.seed) == (method, encoder, 3)
    plain = job(None)
    assert decided(plain, G, E, P) is plain


def test_a_task_is_undone_by_its_winner_for_no_longer_than_was_of_use(table):
    G = load("avatars")
    for seconds, used in ((2, 2), (10, 2), (60, 2), (1, 1)):
        found = restoring(G, ["denoising"], seconds=seconds)
        assert (found.method, found.seconds) == ("w", used)
    assert restoring(G, ["ct", "jpeg"], seconds=60).seconds == 60
    assert restoring(G, ["ct", "jpeg"], seconds=60).after == 10
    assert restoring(G, ["ct", "jpeg"]).method == "p-norm+"
    assert restoring(G, ["ct"], seconds=3) == Preset("ilo", seconds=3)


def test_the_note_of_a_task_says_what_runs_and_when_the_baseline_is_nearer(table):
    asked = ("avatars", "closest", "balanced")
    lost = str(restore_note(*asked, "denoising", CLEAN))
    assert "LPIPS 0.20 after 2 s, the plain baseline 0.10. There the baseline is nearer" in lost
    assert "ends after 2 s" in lost
    won = str(restore_note(*asked, "jpeg", CLEAN))
    assert "P-norm" in won and "nearer, so" not in won and "ends after" not in won
    assert "Nobody has measured" in str(restore_note(*asked, "ct", CLEAN))
    assert "the file names" in str(restore_note(*asked, "ct", MEASURED))
    assert "as they stand" in str(restore_note("avatars", OWN, "balanced", "ct", CLEAN))


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("model", [name for name, row in GENERATORS.items() if row.resolution])
def test_a_model_that_nobody_measured_gets_what_it_can_serve(model, wish):
    G = outline(model)
    found = unmeasured(wish, G, None)
    assert METHODS[found.method].refuses(G) is None


def test_what_is_measured_can_be_run():
    """Every row of the table that ships: methods that there are, settings that they take."""
    for model, part in measured()["models"].items():
        assert model in GENERATORS
        for kind, wishes in part["presets"].items():
            assert kind in KINDS and wishes.keys() <= WISHES.keys()
            for row in (each for times in wishes.values() for each in times.values()):
                found = Preset(**row)
                METHODS[found.method].configure(found.settings)
                assert not found.encoder or encoders(model)
        for task, times in part.get("restoration", {}).items():
            assert task in TASKS
            for seconds, row in times.items():
                found = Preset(**row)
                METHODS[found.method].configure(found.settings)
                assert found.seconds <= float(seconds) and not found.encoder
                assert found.baseline is not None
