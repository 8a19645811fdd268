"""What users reach for: every name of every public face is there and says what it is."""

import inspect
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = sorted(
    ".".join(file.parent.relative_to(ROOT).parts)
    for folder in ("inversion", "models")
    for file in (ROOT / folder).rglob("__init__.py")
)
FACES = [*(room for room in ROOMS if room != "inversion.cli"), "inversion.losses"]
FACES += ["inversion.metrics", "inversion.knobs"]


@pytest.mark.parametrize("face", FACES)
def test_a_face_names_what_may_be_called_and_each_of_it_says_what_it_is(face):
    module = import_module(face)
    assert module.__doc__, face
    assert len(set(module.__all__)) == len(module.__all__) > 0
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isroutine(thing) or inspect.isclass(thing):
            said = (thing.__doc__ or "").strip()
            assert said and not said.startswith(f"{name}("), f"{face}.{name} says nothing"


def test_any_room_of_models_may_be_imported_first(monkeypatch):
    """Those of inversion are imported in one order, by `import inversion`."""
    names = [name for name in sys.modules if name.split(".")[0] == "models"]
    for room in ROOMS:
        if room.startswith("models"):
            with monkeypatch.context() as patched:
                for name in names:
                    patched.delitem(sys.modules, name)
                import_module(room)
