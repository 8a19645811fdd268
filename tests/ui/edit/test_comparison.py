import gradio as gr
import numpy as np

from studio.edit_state import Work
from tests.ui.doubles import load, studio
from ui.edit.comparison import shown
from ui.edit.desk import Desk
from ui.edit.stage import EditStage


def test_what_is_mounted_with_a_value_has_no_property_beside_it():
    """Gradio sets one property after another, and loses one that comes while it is mounted."""
    picture = np.zeros((4, 4, 3), np.uint8)
    with gr.Blocks():
        stage = EditStage(Desk(studio()))
    sent = stage.opened(Work(before=picture, after=picture), load("avatars"))
    assert sent[stage.view].constructor_args == {"value": shown(picture, picture, [])}
    changes = [change for change in sent.values() if isinstance(change, gr.blocks.Block)]
    assert len(changes) > 3 and all(len(change.constructor_args) == 1 for change in changes)


def test_words_of_edits_and_of_trouble_are_no_markup():
    picture = np.zeros((4, 4, 3), np.uint8)
    value = shown(picture, picture, ["<b>mine</b> +1.00"], "No <i>such</i> layer.")
    assert value["after"].startswith("data:image/png;base64,")
    assert "&lt;b&gt;mine" in value["edits"] and "<b>mine" not in value["edits"]
    assert "&lt;i&gt;such" in value["note"]
    code = shown(picture, picture, ["${alert(1)} +1.00"], "`${alert(2)}`")
    assert not {"$", "`"} & set(code["edits"] + code["note"])
    plain = shown(picture, picture, [])
    assert "No edits" in plain["edits"] and plain["note"] == ""
