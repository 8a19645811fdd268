import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gradio_client import Client, handle_file

from tests.ui.server import ROOT, serving

PHOTO = ROOT / "assets" / "avatars" / "human.png"


@pytest.mark.slow
def test_pages_begin_and_end_without_a_trace(tmp_path: Path) -> None:
    """In one temporary folder: the first page is killed, the second sees to what it left and ends
    as by Ctrl+C; what a third does at its beginning leaves the second in peace."""
    with visited(tmp_path, signal.SIGKILL):
        pass
    (left,) = homes(tmp_path)
    assert list(left.rglob("*.png")) != []
    with visited(tmp_path, signal.SIGTERM) as address:
        (home,) = homes(tmp_path)
        assert home != left, "what a killed page left goes when the next begins"
        assert home.stat().st_mode & 0o077 == 0
        assert list(home.rglob("*.png")) != []
        answers_and_calls_nobody_else(address)
        another = "from studio import session_files; session_files.use_private_tempdir()"
        begin = [sys.executable, "-c", another]
        subprocess.run(begin, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, check=True)
        assert homes(tmp_path) == [home]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def answers_and_calls_nobody_else(address: str) -> None:
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    assert "GAN Inversion Studio" in page
    assert "fonts.googleapis" not in page
    assert '"analytics_enabled":false' in page.replace(" ", "")


def homes(temporary: Path) -> list[Path]:
    return list(temporary.glob("gan-inversion-*"))


@contextmanager
def visited(temporary: Path, end: signal.Signals) -> Iterator[str]:
    """The app in this folder after somebody used it; its address."""
    with serving(["app.py"], end, TMPDIR=str(temporary)) as address:
        client = Client(address, verbose=False, download_files=False)
        client.predict(handle_file(str(PHOTO)), method="encoder", seeds=1, api_name="/project")
        yield address
