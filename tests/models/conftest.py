"""A Hub on loopback, and this project's client of it."""

import huggingface_hub
import pytest

from models.weights import transfer
from models.weights.hub import Hub
from tests.models.hub_server import CONTENT, FILE, REPOSITORY, FakeHub, running


@pytest.fixture
def client(monkeypatch):
    """The real client: without its look-up of who asks at the public Hub, and without waiting."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(transfer, "PAUSE", 0.0)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    yield
    huggingface_hub.close_session()


@pytest.fixture
def server(client):
    with running(FakeHub({REPOSITORY: {FILE: CONTENT}})) as hub:
        yield hub


@pytest.fixture
def hub(server, tmp_path):
    return Hub(server.endpoint, tmp_path / "cache", tmp_path / "records.json")
