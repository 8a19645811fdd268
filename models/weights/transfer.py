"""A file's bytes over HTTP, continued where they stopped.

huggingface_hub (2.4) continues a download only within one call, and deletes what it has when that
fails. Here the part that arrived stays, and the next call asks for the rest. Session, token,
offline mode and errors are the client's own.
"""

import time
from collections.abc import Callable
from pathlib import Path

from huggingface_hub.utils import hf_raise_for_status, http_stream_backoff, httpx

from models.errors import StudioError
from models.readers.sniff import impostor

TRIES = 5  # in a row that brought nothing
PAUSE = 1.0  # seconds before the second try, then twice as long each time
TIMEOUT = 20.0  # seconds without a byte

Progress = Callable[[int, int | None], None]  # bytes here so far, bytes in all if that is known


def download(
    url: str,
    headers: dict[str, str],
    partial: Path,
    size: int | None,
    progress: Progress | None = None,
) -> None:
    """Appends to `partial` what it lacks of the file at `url`, of `size` bytes if that is known.

    Raises the client's errors for an HTTP status, OSError if the bytes cannot be written, and
    StudioError if the connection keeps breaking or what arrives is no file of weights. What had
    arrived stays, except in that last case.
    """
    failures = 0
    while size is None or _length(partial) < size:
        before = _length(partial)
        reason = "the server sent less than it had announced"
        try:
            _append(url, headers, partial, size, progress)
            if size is None:
                return
        except httpx.TransportError as error:
            reason = str(error).rstrip(".") or type(error).__name__
        failures = 0 if _length(partial) > before else failures + 1
        if failures == TRIES:
            whole = "" if size is None else f" of {size:,}"
            raise StudioError(
                f"The download stopped after {_length(partial):,}{whole} bytes ({reason})."
                " Try again: it continues where it stopped."
            )
        if failures:
            time.sleep(PAUSE * 2 ** (failures - 1))


def _append(
    url: str, headers: dict[str, str], partial: Path, size: int | None, progress: Progress | None
) -> None:
    """One request, from the byte after the last."""
    start = _length(partial)
    headers = headers | {"Accept-Encoding": "identity"}  # bytes are counted as they are stored
    if start:
        headers["Range"] = f"bytes={start}-"
    with (
        http_stream_backoff(
            "GET", url, headers=headers, timeout=TIMEOUT, max_retries=0, retry_on_exceptions=()
        ) as response,
        partial.open("ab") as file,
    ):
        hf_raise_for_status(response)
        if start and response.status_code != httpx.codes.PARTIAL_CONTENT:
            file.truncate(0)
            start = 0
        for chunk in response.iter_bytes():
            if start == 0 and (what := impostor(chunk)):
                raise StudioError(f"{url} sent no weights: it is {what}")
            start += file.write(chunk)
            if progress is not None:
                progress(start, size)


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
