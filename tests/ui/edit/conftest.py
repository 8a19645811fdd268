from pathlib import Path

import numpy as np
import pytest

from inversion.pictures.images import Crop
from inversion.sampling import draw
from models.errors import StudioError
from studio.messages import Outcome
from studio.session import Session
from tests.inversion.conftest import result_of
from tests.ui.doubles import load, studio
from tests.ui.visitor import AtEdit


def unreadable(name: str, device: str = "cpu"):
    raise StudioError("There is no estimator here.")


def other(folder: Path, name: str = "avatars", seed: int = 8) -> Path:
    """A saved result of that model."""
    G = load(name)
    path = folder / f"{name}-{seed}.safetensors"
    result_of(G, draw(G, 1, seed=seed)).save(path)
    return path


@pytest.fixture
def session(photo: np.ndarray) -> Session:
    """Two answers of the Project tab, the second of which is shown."""
    G = load("avatars")
    found = result_of(G, draw(G, 2, seed=3))
    return Session(
        outcome=Outcome(found, found.render(G), "Done", photo=photo, crop=Crop()), chosen=1
    )


@pytest.fixture
def newcomer(one_thread):
    """A visitor who has sent nothing yet."""
    visitor = AtEdit(studio())
    visitor.editor.load_reader = unreadable
    yield visitor
    visitor.editing.close()


@pytest.fixture
def visitor(newcomer: AtEdit, session: Session) -> AtEdit:
    """A visitor who has sent the answer."""
    newcomer.has(session)
    newcomer.send()
    return newcomer


@pytest.fixture
def newcomer_too():
    """Another visitor, at another page."""
    visitor = AtEdit(studio())
    visitor.editor.load_reader = unreadable
    yield visitor
    visitor.editing.close()
