from dataclasses import replace

from models import load_estimator
from tests.inversion.conftest import toward
from tests.ui.doubles import load
from ui.edit.sliders import GROUPS, ORDER, OTHERS, group_of, grouped


def test_every_attribute_that_can_be_read_has_a_group():
    names = load_estimator("avatars").names
    assert set(ORDER) == set(GROUPS) and OTHERS not in map(group_of, names)
    for name, group in (
        ("smile", "Expression"), ("age", "Age and shape"), ("glasses_hue", "Glasses"),
        ("hair_hue", "Hair"), ("yaw", "Turn"), ("light_azimuth", "Light and background"),
    ):  # fmt: skip
        assert group_of(name) == group


def test_sliders_stand_in_groups_and_keep_their_numbers():
    one = toward(load("avatars"), name="hair_hue")
    shown = [one, replace(one, name="smile"), replace(one, name="gaze_x")]
    value = grouped(shown, {("smile", one.provenance): 1.5})
    assert [group["title"] for group in value["groups"]] == ["Expression", "Hair", "Eyes and gaze"]
    rows = [row for group in value["groups"] for row in group["rows"]]
    assert [(row["k"], row["at"]) for row in rows] == [(1, 1.5), (0, 0.0), (2, 0.0)]
    assert rows[2]["name"] == "eyes left or right (gaze x)"
    (alone,) = grouped([replace(one, name="component 1")], {})["groups"]
    assert alone["title"] == "" and alone["open"]
