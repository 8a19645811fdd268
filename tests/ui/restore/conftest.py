import numpy as np
import pytest

from studio.session import Session
from tests.ui.conftest import PHOTO
from tests.ui.doubles import studio
from tests.ui.visitor import AtRestore


@pytest.fixture
def session(photo: np.ndarray):
    session = Session(picture=photo, photo=str(PHOTO), settings={"w": {"adam.steps": 4}})
    yield session
    session.close()


@pytest.fixture
def visitor(session: Session) -> AtRestore:
    return AtRestore(studio(), session)
