import pytest

from inversion.presets import WISHES, Preset
from ui.project import preset_choice
from ui.project.preset_choice import OWN, PROJECTING, wish_note


def measured(monkeypatch, home, stranger):
    found = {"home": home, "stranger": stranger}
    monkeypatch.setattr(preset_choice, "preset", lambda *_, kind, seconds: found[kind])


def test_every_wish_can_be_chosen_and_a_method_of_ones_own():
    assert [value for _, value in PROJECTING.choice().choices] == [*WISHES, OWN]


def test_the_note_says_what_runs_and_how_near_it_came(monkeypatch):
    measured(monkeypatch, Preset("w+", lpips=0.021), Preset("w+", lpips=0.05))
    said = str(wish_note("avatars", "closest", "balanced"))
    assert said.count("Image2StyleGAN") == 1
    assert "LPIPS 0.02 for pictures like its training, LPIPS 0.05 for any other" in said
    measured(monkeypatch, Preset("w", lpips=0.1), Preset("w+", encoder=True, lpips=0.2))
    said = str(wish_note("avatars", "closest", "balanced"))
    assert "StyleGAN2 projector" in said and "from the encoder" in said and "tells at once" in said


@pytest.mark.parametrize(("wish", "words"), [(OWN, "as they stand"), ("closest", "measured")])
def test_what_nobody_measured_or_wishes_for_is_said(monkeypatch, wish, words):
    measured(monkeypatch, None, None)
    assert words in str(wish_note("avatars", wish, "balanced"))
