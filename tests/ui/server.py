"""A page in a process of its own, as a visitor meets it: `python -m tests.ui.server PORT`."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLOWEST_START = 240  # seconds; generous, for a machine that is busy with something else


@contextmanager
def serving(
    command: Sequence[str] = ("-m", "tests.ui.server"),
    end: signal.Signals = signal.SIGTERM,
    program: str | Path = sys.executable,
    folder: Path = ROOT,
    **variables: str,
) -> Iterator[str]:
    """Runs Python or another program, yields the page's address once it answers, ends it after."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"GRADIO_SERVER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    environment = {**os.environ, **own, **variables}
    process = subprocess.Popen([program, *command], cwd=folder, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(SLOWEST_START * 4):
            try:
                urllib.request.urlopen(address).close()
                break
            except urllib.error.URLError:
                assert process.poll() is None, "the page ended before it answered"
                time.sleep(0.25)
        yield address
    finally:
        process.send_signal(end)
        process.wait(SLOWEST_START)


if __name__ == "__main__":
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from studio.session_files import use_private_tempdir
    from tests.ui.doubles import studio
    from ui import LAUNCH, build

    use_private_tempdir()
    build(studio()).launch(**LAUNCH)
