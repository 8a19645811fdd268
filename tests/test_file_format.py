"""docs/file-format.md names all that files hold, and nothing that they do not."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from inversion.directions.shipped import FoundHeader
from inversion.edits.direction import DIRECTIONS, DirectionHeader
from inversion.edits.file import KINDS
from inversion.latents import Codes
from inversion.operators import Given
from inversion.operators.measurement import MEASUREMENT, MeasurementHeader
from inversion.result_header import RESULT, ResultHeader
from models.generators.generator import Identity
from models.network_file import NETWORK, NetworkHeader
from models.tensor_file import Header

PAGE = (Path(__file__).parents[1] / "docs" / "file-format.md").read_text()
MODELS = (
    ResultHeader, MeasurementHeader, DirectionHeader, FoundHeader, NetworkHeader, *KINDS.values(),
)  # fmt: skip


def part(name: str) -> str:
    """What the page says of a model: its row of the table of edits, or its section."""
    row = next((line for line in PAGE.splitlines() if line.startswith("|") and name in line), None)
    return row or next(text for text in re.split(r"\n##+ ", PAGE) if f"`{name}`" in text)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_of_a_header_is_on_the_page(model: type[Header]) -> None:
    said = part(model.__name__)
    kinds = [model.model_fields["kind"].annotation.__args__[0]] if model in KINDS.values() else []
    for field in [*model.model_fields, *kinds]:
        assert f"`{field}`" in said or field == "kind", field


def test_every_header_there_is_is_tested() -> None:
    found = {Header}
    while more := {sub for cls in found for sub in cls.__subclasses__()} - found:
        found |= more
    own = {cls for cls in found if cls.__module__.startswith(("models.", "inversion."))}
    assert own - {Header} == set(MODELS)


def test_every_tensor_and_version_is_on_the_page() -> None:
    result = part("ResultHeader")
    for name in (f.name for f in fields(Codes)):
        assert f"`{name}" in result, name
    for name in (f.name for f in fields(Identity)):
        assert f"`{name}`" in result, name
    for name in (f.name for f in fields(Given)):
        assert f"`given.{name}`" in PAGE, name
    for kind in (RESULT, MEASUREMENT, DIRECTIONS, NETWORK):
        assert f"| `{kind.mark}` |" in PAGE
