"""What programs send: every argument of its type, or one sentence that names it."""

import inspect
import math
from pathlib import Path

import pytest
from gradio import FileData

from models.errors import StudioError
from tests.ui.doubles import studio
from ui.api import arguments
from ui.api.arguments import ARGUMENTS, checked
from ui.api.compare import compare_endpoint
from ui.api.edit import edit_endpoint
from ui.api.project import project_endpoint
from ui.api.restore import restore_endpoint

ENDPOINTS = (project_endpoint, restore_endpoint, edit_endpoint, compare_endpoint)
DOCS = Path(__file__).parents[3] / "docs" / "endpoints.md"
WRONG = (
    object(), [1], {"a": 1}, (), float("nan"), math.inf, 2**70, "x" * 5000, b"x", True, -0.5, None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        ("seeds", "2", 2), ("seeds", 2.0, 2), ("seeds", 18, 18), ("seed", "-7", -7),
        ("seed", 2**62, 2**62), ("label", 3, "3"), ("label", 3.0, "3"), ("label", " owl ", "owl"),
        ("label", None, ""), ("method", "w+", "w+"), ("degraded", "true", True), ("keep", 0, False),
        ("strength", "1.5", 1.5), ("strength", -100, -100.0), ("mask", None, None),
        ("image", {"path": "/a"}, Path("/a")), ("image", FileData(path="/a"), Path("/a")),
        ("task_settings", None, {}), ("last", -1, -1),
    ],
)  # fmt: skip
def test_what_fits_is_read(name, sent, read):
    assert getattr(checked(**{name: sent}), name) == read


@pytest.mark.parametrize("name", ARGUMENTS)
def test_what_does_not_fit_is_a_sentence_that_names_it(name):
    refused = 0
    for sent in WRONG:
        try:
            checked(**{name: sent})
        except StudioError as error:
            assert str(error).startswith(f"{name} must be") and len(str(error)) < 250
            refused += 1
    assert refused >= 5


def test_a_bare_path_may_not_read_the_servers_files():
    for sent in ("/etc/passwd", Path("/etc/passwd"), {"path": None}, {"path": ""}, {}):
        with pytest.raises(StudioError, match="image must be a file"):
            checked(image=sent)


def test_every_argument_of_every_endpoint_is_in_the_table():
    named = {
        name for endpoint in ENDPOINTS for name in inspect.signature(endpoint(studio())).parameters
    }
    assert named == set(ARGUMENTS)
    assert arguments.table() in DOCS.read_text(), "docs/endpoints.md is out of date"
