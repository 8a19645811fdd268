"""The folder of a command's files: checked before the run, cleared of an earlier run's files when
the new ones are there to be written, and left for another where it cannot be written."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inversion.directions.published import numbered
from inversion.result_header import RESULT
from models import tensor_file
from models.errors import StudioError

# What commands write beside a result; an earlier run's are not this run's.
OURS = (
    "result.safetensors", "measurement.safetensors", "direction.safetensors", "settings.json",
    "edits.json", "target.png", "degraded.png", "rank-*-seed-*.png", "blended.png", "series.png",
    "strip.png", "interpolation.mp4", "interpolation.png", "classes.png", "projected_w.npz",
    "projected.pt",
)  # fmt: skip


def check(out: Path) -> None:
    """Makes the folder. Raises StudioError where it cannot be made, or written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except FileExistsError:
        raise StudioError(f"--out {out} is a file. Name a folder; it is made if need be.") from None
    except OSError as error:
        raise StudioError(
            f"Nothing can be written to --out {out} ({error.strerror}). Name another folder."
        ) from None


def check_file(out: Path) -> None:
    """Makes the folder of a file. Raises StudioError where the file cannot be written."""
    if out.is_dir():
        raise StudioError(f"--out {out} is a folder. Name a file in it.")
    check(out.parent)


def clear(out: Path, inputs: Iterable[object] = ()) -> None:
    """Removes what an earlier run wrote there, where its result still lies there; what this run
    reads, and all other files, stay. `inputs` are what it was given: paths, names of files with a
    number behind them, lists of these, and all else."""
    if not tensor_file.is_a(out / "result.safetensors", RESULT):
        return
    kept = set(_files(inputs))
    for pattern in OURS:
        for path in out.glob(pattern):
            if path.resolve() not in kept:
                with suppress(OSError):
                    path.unlink()


def _files(given: Iterable[object]) -> Iterator[Path]:
    """The files among what a command was given."""
    for each in given:
        if isinstance(each, Path | str):
            yield Path(each).resolve()
            yield Path(numbered(str(each))[0]).resolve()
        elif isinstance(each, list | tuple):
            yield from _files(each)


def written(out: Path, inputs: Iterable[object], write: Callable[[Path], object]) -> Path:
    """Writes into the folder, cleared before. Raises StudioError where that fails, after it was
    written elsewhere, which it says."""
    try:
        clear(out, inputs)
        write(out)
    except (OSError, StudioError) as error:
        reason = str(error).rstrip(".")
        elsewhere = _elsewhere(write)
        if elsewhere is None:
            raise StudioError(f"The answer could not be written to {out}: {reason}.") from None
        raise StudioError(
            f"The answer could not be written to {out}: {reason}. It lies in {elsewhere} instead."
        ) from None
    return out


def _elsewhere(write: Callable[[Path], object]) -> Path | None:
    """A new folder that it could be written to."""
    for place in (tempfile.gettempdir(), Path.cwd(), Path.home()):
        with suppress(OSError, StudioError):
            folder = Path(tempfile.mkdtemp(prefix="gan-inversion-answer-", dir=place))
            try:
                write(folder)
            except (OSError, StudioError):
                shutil.rmtree(folder, ignore_errors=True)
                raise
            return folder
    return None


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C stops nothing here: an answer that was found is written whole."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
