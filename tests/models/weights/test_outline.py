import pytest

from models import CATALOG, load
from models.weights.outline import outline

GENERATORS = {name: row for name, row in CATALOG.items() if row.kind == "generator"}
EMBEDDED = [name for name, row in GENERATORS.items() if row.embedded]


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_generator_is_what_its_outline_says(name: str) -> None:
    G, expected = load(name), outline(name)
    for fact in ("resolution", "spaces", "class_names", "num_classes", "num_ws", "class_dim"):
        assert getattr(G, fact) == getattr(expected, fact)
    assert G.identity.name == expected.identity.name


@pytest.mark.parametrize("name", [n for n in GENERATORS if n not in EMBEDDED])
def test_one_of_the_hub_has_its_size_and_spaces_before_the_download(name: str) -> None:
    expected = outline(name)
    assert expected.resolution == GENERATORS[name].resolution
    assert {"z", "w", "w+"} <= expected.spaces
    assert ("c" in expected.spaces) == (expected.num_classes == 1000) == ("biggan" in name)
    assert len(expected.class_names) == expected.num_classes
    assert all(parameter.is_meta for parameter in expected.parameters())
