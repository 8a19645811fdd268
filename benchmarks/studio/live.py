"""How soon the picture follows a slider: from the slider's event to the new picture, decoded, in a
real Chromium on this machine."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from benchmarks.common import report
from inversion.drawn import conclude
from inversion.pictures.images import to_uint8
from inversion.sampling import draw
from models import load, load_perceptual

BOUND = 150  # ms, what was asked for
CHANGE = """async (value) => {
  const slider = document.querySelector("#directions input[type=range]");
  const picture = () => document.querySelector("#edit-slider .after");
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const before = picture().src, start = performance.now();
  set.call(slider, value);
  slider.dispatchEvent(new Event("input", {bubbles: true}));
  while (picture().src === before) {
    await new Promise((done) => setTimeout(done, 1));
    if (performance.now() - start > 30000) throw new Error("no new picture within 30 s");
  }
  await picture().decode();
  return performance.now() - start;
}"""


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks live", description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="changes of a slider")
    parser.add_argument("--model", default="avatars", help="a name of the catalog")
    parser.add_argument("--pause", type=int, default=800, help="ms between changes")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "result.safetensors")
        side = saved(options.model, file)
        times, spent = measured(file, options.count, options.pause)
    low, middle, high = np.percentile(times, (25, 50, 95))
    within = sum(t < BOUND for t in times)
    body = (
        f"{options.count} changes of one slider of the Edit tab, {options.model}, {side} pixels,"
        f" app and browser on the same cores: median {middle:.0f} ms [first quartile {low:.0f},"
        f" 95th percentile {high:.0f}]; {within} of {options.count} under {BOUND} ms. From the"
        f" slider's event in the page to the new picture, decoded in it. {cores(spent)}"
    )
    command = f"python -m benchmarks live --count {options.count} --model {options.model}"
    report.write("live", "A slider's picture", command, body)
    print(body)


def saved(model: str, file: Path) -> int:
    """Writes a result to edit; the side of its picture."""
    G = load(model)
    codes = draw(G, 1, seed=3)
    picture = to_uint8(codes.synthesize(G))[0]
    conclude(
        G, codes, picture, load_perceptual("embedded"), seeds=(0,), losses=(0.0,), method="z",
        settings={}, steps=0, evaluations=0, seconds=0.0, notes=(),
    ).result.save(file)  # fmt: skip
    return G.resolution


@contextmanager
def serving() -> Iterator[str]:
    """The app in a process of its own; its address, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    root = Path(__file__).parents[2]
    app = subprocess.Popen([sys.executable, "app.py"], cwd=root, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        while app.poll() is None:
            with suppress(urllib.error.URLError):
                urllib.request.urlopen(address).close()
                break
            time.sleep(0.25)
        yield address
    finally:
        app.terminate()
        app.wait()


def cores(spent: float | None) -> str:
    """What is said of the processors' time, in ms a change; it says more on a busy machine."""
    if spent is None:
        return ""
    return (
        f"App and browser together spend {spent:.0f} ms of processor time on a change, the figures"
        " that follow once the slider rests included."
    )


def processor_time() -> float | None:
    """Seconds that the processes below this one have run; None where there is no /proc."""
    total, own = 0.0, {os.getpid()}
    try:
        pids = sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
        for pid in pids:  # a child has a greater number than its parent, but after a wrap
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) in own:
                    own.add(pid)
                    total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None
    return total


def measured(file: Path, count: int, pause: int) -> tuple[list[float], float | None]:
    """Milliseconds of each change, and of processor time a change. Needs Chromium and playwright,
    as the browser tests do."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no chromium; apt-get install chromium.")
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with serving() as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page()
        page.set_default_timeout(240_000)
        page.goto(url, wait_until="domcontentloaded")
        page.get_by_role("tab", name="Edit").click()
        with page.expect_file_chooser() as chooser:
            page.locator("#edit-open").click()
        chooser.value.set_files(file)
        page.locator("#edit-status").get_by_text("the picture follows").wait_for()
        page.evaluate(CHANGE, "4")  # the first also pays for what is loaded once
        page.wait_for_timeout(4 * pause)
        times, begun = [], processor_time()
        for k in range(count):
            times.append(float(page.evaluate(CHANGE, f"{(k % 30 + 1) / 10:.1f}")))
            page.wait_for_timeout(pause)
        ended = processor_time()
        browser.close()
    if begun is None or ended is None:
        return times, None
    return times, 1000 * (ended - begun) / count
