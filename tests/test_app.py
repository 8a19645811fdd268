import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gradio_client import Client, handle_file

from tests.ui.server import ROOT, serving

PHOTO = ROOT / "assets" / "avatars" / "human.png"


@pytest.mark.slow
def test_the_app_answers_on_the_port_it_is_given_and_calls_nobody_else() -> None:
    with serving(["app.py"]) as address, urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    assert "GAN Inversion Studio" in page
    assert "fonts.googleapis" not in page
    assert '"analytics_enabled":false' in page.replace(" ", "")


@pytest.mark.slow
def test_no_picture_is_left_when_the_page_ends(tmp_path: Path) -> None:
    with visited(tmp_path, signal.SIGTERM):  # which ends it as Ctrl+C does
        (home,) = homes(tmp_path)
        assert home.stat().st_mode & 0o077 == 0
        assert list(home.rglob("*.png")) != []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_what_a_killed_page_left_goes_when_the_next_begins(tmp_path: Path) -> None:
    with visited(tmp_path, signal.SIGKILL):
        pass
    (left,) = homes(tmp_path)
    assert list(left.rglob("*.png")) != []
    with serving(["app.py"], TMPDIR=str(tmp_path)):
        (home,) = homes(tmp_path)
        assert home != left
        with serving(["app.py"], TMPDIR=str(tmp_path)):
            assert home in homes(tmp_path)


def homes(temporary: Path) -> list[Path]:
    return list(temporary.glob("gan-inversion-*"))


@contextmanager
def visited(temporary: Path, end: signal.Signals) -> Iterator[None]:
    """The app in this folder after somebody used it."""
    with serving(["app.py"], end, TMPDIR=str(temporary)) as address:
        client = Client(address, verbose=False, download_files=False)
        client.predict(handle_file(str(PHOTO)), method="encoder", seeds=1, api_name="/project")
        yield
