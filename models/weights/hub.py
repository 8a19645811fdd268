"""Checkpoints from the Hugging Face Hub, kept in its ordinary cache, each checked before use.

    path = fetch(CATALOG["ffhq-1024"], progress)    downloads once; no network after that
    integrity(CATALOG["ffhq-1024"])                 what its sha256 is checked against, for the page

The first download of a file resolves its revision to a commit and records its sha256; from then on
that commit is asked for and that sha256 enforced. A large file's name in the cache is its sha256,
so that one which others downloaded is checked without a record.
"""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from huggingface_hub import (
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils import WeakFileLock, build_hf_headers

from models.errors import StudioError
from models.readers.sniff import HEAD, impostor
from models.tensor_file import sha256
from models.weights import proxies
from models.weights.checkpoint import Checkpoint
from models.weights.hub_sentences import Unreachable, sentences
from models.weights.records import Record, Records
from models.weights.transfer import Progress, download


def fetch(row: Checkpoint, progress: Progress | None = None) -> Path:
    """`Hub.fetch` with the user's own cache and settings."""
    return Hub().fetch(row, progress)


def local(row: Checkpoint) -> Path | None:
    """`Hub.local` with the user's own cache."""
    return Hub().local(row)


def integrity(row: Checkpoint) -> str:
    """`Hub.integrity` with the user's own records."""
    return Hub().integrity(row)


@dataclass(frozen=True)
class Hub:
    """A server that speaks the Hub's HTTP, a cache and a file of records.

    endpoint, cache  None: huggingface_hub's own (HF_ENDPOINT, HF_HUB_CACHE)
    records          None: gan-inversion-studio/downloads.json in HF_HOME
    """

    endpoint: str | None = None
    cache: Path | None = None
    records: Path | None = None

    def fetch(self, row: Checkpoint, progress: Progress | None = None) -> Path:
        """The row's file, from the cache or else downloaded, its sha256 as pinned or recorded; with
        the files beside it, of the same commit, each checked likewise.

        `progress` is called with bytes done and in all; whatever it raises stops the download,
        which the next call continues. Raises StudioError, in a sentence each: offline, no
        connection, gated, no such repository, revision or file, disk full, broken off, a web page
        or another file instead.
        """
        proxies.tidy()
        record = self._records().get(row)
        asked = record.commit if record else row.revision
        path = self._cached(row, asked)
        if path is None:
            try:
                with sentences(row, self.endpoint or constants.ENDPOINT):
                    path = self._download(row, asked, progress)
            except Unreachable:
                if (path := self._of_another_commit(row)) is None:
                    raise
        commit = self._check(row, path, record)
        for name in row.beside:
            file = str(PurePosixPath(row.file).with_name(name))
            self.fetch(replace(row, file=file, beside=(), revision=commit, sha256=None), progress)
        return path

    def local(self, row: Checkpoint) -> Path | None:
        """The row's file if it was downloaded and checked before, or has its sha256 for a name in
        the cache; else None. No network."""
        if record := self._records().get(row):
            return self._cached(row, record.commit)
        path = self._cached(row, row.revision)
        return None if path is None or promised(path) is None else path

    def integrity(self, row: Checkpoint) -> str:
        """What the row's sha256 is checked against, in words for the page."""
        if row.embedded:
            return "ships with this project"
        if row.sha256:
            return f"pinned: sha256 {row.sha256[:12]}…"
        if record := self._records().get(row):
            return f"recorded on first download ({record.date}): sha256 {record.sha256[:12]}…"
        return "not downloaded yet: recorded on first download, enforced after"

    def forget(self, row: Checkpoint) -> None:
        """Drops the row's record, so that its next download is trusted as the first."""
        self._records().forget(row)

    def _records(self) -> Records:
        default = Path(constants.HF_HOME, "gan-inversion-studio", "downloads.json")
        return Records(self.records or default)

    def _root(self) -> Path:
        return self.cache or Path(constants.HF_HUB_CACHE)

    def _cached(self, row: Checkpoint, revision: str) -> Path | None:
        name, kind = _repository(row)
        found = try_to_load_from_cache(name, row.file, self._root(), revision, kind)
        return Path(found) if isinstance(found, str) else None

    def _of_another_commit(self, row: Checkpoint) -> Path | None:
        """The row's file at whichever commit this cache has it, the latest first, if its name there
        is its sha256: what is left where the Hub cannot be asked."""
        name, kind = _repository(row)
        folder = self._root() / repo_folder_name(repo_id=name, repo_type=kind) / "snapshots"
        found = [path for path in folder.glob(f"*/{row.file}") if promised(path) is not None]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)

    def _refer(self, row: Checkpoint, commit: str, resolved: bool) -> None:
        """Notes which commit the revision is, where the client looks for it: other programs then
        find the file without asking the Hub. `resolved`: the Hub has just said so."""
        if re.fullmatch("[0-9a-f]{40}", row.revision):
            return
        name, kind = _repository(row)
        folder = self._root() / repo_folder_name(repo_id=name, repo_type=kind) / "refs"
        ref = folder / row.revision
        if (ref.is_file() and not resolved) or not ref.resolve().is_relative_to(folder.resolve()):
            return
        with suppress(OSError):
            ref.parent.mkdir(parents=True, exist_ok=True)
            ref.write_text(commit)

    def _download(self, row: Checkpoint, revision: str, progress: Progress | None) -> Path:
        name, kind = _repository(row)
        where: dict[str, Any] = {"repo_type": kind, "endpoint": self.endpoint}
        url = hf_hub_url(name, row.file, revision=revision, **where)
        facts = get_hf_file_metadata(url, endpoint=self.endpoint)
        if not facts.commit_hash or not re.fullmatch(r"[\w.-]+", facts.etag or ""):
            raise StudioError(
                f"What answered at {url} is not the Hugging Face Hub: perhaps the sign-in page of a"
                " network, or a proxy. Open it in a browser, then try again."
            )
        folder = repo_folder_name(repo_id=name, repo_type=kind)
        blob = self._root() / folder / "blobs" / str(facts.etag)
        lock = self._root() / ".locks" / folder / f"{blob.name}.studio.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        blob.parent.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(lock):  # of two visitors, one downloads
            if not blob.exists():
                partial = blob.with_name(f"{blob.name}.studio.incomplete")
                _check_space(row, partial, facts.size)
                exact = hf_hub_url(name, row.file, revision=facts.commit_hash, **where)
                download(exact, build_hf_headers(), partial, facts.size, progress)
                os.replace(partial, blob)
        self._refer(row, facts.commit_hash, resolved=revision == row.revision)
        # the client finds the blob and files it under its commit, as every other program expects
        return Path(
            hf_hub_download(
                name,
                row.file,
                revision=facts.commit_hash,
                cache_dir=self._root(),
                **where,
            )
        )

    def _check(self, row: Checkpoint, path: Path, record: Record | None) -> str:
        """Holds a file to its sha256; one that fails is deleted. The first is recorded. The commit
        that it is of."""
        with path.open("rb") as file:
            what = impostor(file.read(HEAD))
        if what:
            _delete(path)
            raise StudioError(f"{row.title} was not what arrived: it is {what}")
        digest = sha256(path)
        known = {
            "the catalog pins": row.sha256,
            f"was recorded on {record.date if record else ''}": record.sha256 if record else None,
            "the Hub announced": promised(path),
        }
        for source, expected in known.items():
            if expected and digest != expected:
                _delete(path)
                raise StudioError(
                    f"The file of {row.title} has the sha256 {digest[:12]}…, where {source}"
                    f" {expected[:12]}…. It was deleted; load it again. If that does not help, the"
                    f" file at {row.repository} was replaced: do not use it unless you know why."
                )
        commit = path.parents[len(Path(row.file).parts) - 1].name
        if record is None:
            today = date.today().isoformat()
            size = path.stat().st_size
            self._records().put(row, Record(row.revision, commit, digest, size, today))
        return commit


def _repository(row: Checkpoint) -> tuple[str, str]:
    """The Hub's name for a repository, and its kind: "model" or "space"."""
    name = row.repository.removeprefix("spaces/")
    return name, "model" if name == row.repository else "space"


def promised(path: Path) -> str | None:
    """The sha256 that a file in the cache should have by its name there, the Hub's own word: a
    large file's etag is its sha256. None for a small one, whose etag is another."""
    blob = path.resolve().name
    return blob if re.fullmatch("[0-9a-f]{64}", blob) else None


def _delete(path: Path) -> None:
    """Removes a file and its blob; in a cache that others keep, it stays."""
    blob = path.resolve()
    with suppress(OSError):
        path.unlink(missing_ok=True)
        blob.unlink(missing_ok=True)


def _check_space(row: Checkpoint, partial: Path, size: int | None) -> None:
    here = partial.stat().st_size if partial.exists() else 0
    free = shutil.disk_usage(partial.parent).free
    if size is not None and size - here > free:
        raise StudioError(
            f"{row.title} needs {(size - here) / 1e6:.0f} MB more, and {free / 1e6:.0f} MB are free"
            f" in {partial.parent}. Make room, or set HF_HOME to a folder on a larger disk."
        )
