import numpy as np

from ui.edit.comparison import shown


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
