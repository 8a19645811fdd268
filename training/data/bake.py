"""`python -m training bake`: draws the avatars once, so that no training waits for them.

Worker processes of one thread each draw chunks of a fixed size, so that every picture comes from
the same arithmetic whatever was drawn before. progress.json names only pictures whose bytes have
reached the disk: a killed bake resumes where it stood and gives the same file.
"""

import argparse
import json
import multiprocessing
import multiprocessing.pool
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.errors import StudioError
from training.avatars import CODE_DIM, VERSION, attributes, can_compile, codes, render

CHUNK = 8


@dataclass(frozen=True)
class Job:
    folder: Path
    count: int
    resolution: int
    seed: int
    fast: bool


def prepare(job: Job) -> int:
    """Create the files, or check that they belong to this job; returns the finished count."""
    marker = job.folder / "progress.json"
    wanted = {"total": job.count, "resolution": job.resolution, "seed": job.seed}
    if marker.exists():
        found = json.loads(marker.read_text())
        if any(found[k] != v for k, v in wanted.items()) or found["version"] != VERSION:
            raise StudioError(
                f"{job.folder} holds a bake with other settings or by other drawing code "
                f"({found}); remove the folder or choose another with --out."
            )
        return int(found["count"])
    job.folder.mkdir(parents=True, exist_ok=True)
    shape = (job.count, 3, job.resolution, job.resolution)
    np.lib.format.open_memmap(job.folder / "images.npy", "w+", np.uint8, shape).flush()
    np.lib.format.open_memmap(
        job.folder / "codes.npy", "w+", np.float32, (job.count, CODE_DIM)
    ).flush()
    commit(job, 0)
    return 0


def commit(job: Job, finished: int) -> None:
    """Flush what was drawn, then say so, by an atomic rename."""
    for name in ("images.npy", "codes.npy"):
        with open(job.folder / name, "r+b") as f:
            os.fsync(f.fileno())
    progress = {
        "count": finished,
        "total": job.count,
        "version": VERSION,
        "resolution": job.resolution,
        "seed": job.seed,
    }
    draft = job.folder / "progress.json.new"
    with open(draft, "w") as f:
        json.dump(progress, f)
        f.flush()
        os.fsync(f.fileno())
    draft.replace(job.folder / "progress.json")


def draw_chunk(job: Job, start: int) -> int:
    """Draw pictures start to start + CHUNK into the files; returns the index after them."""
    end = min(start + CHUNK, job.count)
    u = codes(job.seed, torch.arange(start, start + CHUNK))
    drawn = render(attributes(u), job.resolution, fast=job.fast).images
    images = np.load(job.folder / "images.npy", mmap_mode="r+")
    baked_codes = np.load(job.folder / "codes.npy", mmap_mode="r+")
    images[start:end] = drawn[: end - start].numpy()
    baked_codes[start:end] = u[: end - start].numpy()
    return end


def bake(job: Job, minutes: float, workers: int, commit_every: int = 32) -> Iterator[int]:
    """Draw what is missing in order of index; yields the finished count at every commit."""
    deadline = time.monotonic() + 60 * minutes
    start = finished = committed = prepare(job)
    for k, finished in enumerate(_ends(job, start, workers, deadline)):
        if k % commit_every == commit_every - 1:
            commit(job, finished)
            committed = finished
            yield finished
    if finished > committed:
        commit(job, finished)
        yield finished


def _ends(job: Job, start: int, workers: int, deadline: float) -> Iterator[int]:
    def starts() -> Iterator[tuple[Job, int]]:
        for index in range(start, job.count, CHUNK):
            if time.monotonic() > deadline:
                return
            yield job, index

    if workers <= 1:
        for task in starts():
            yield _draw(task)
        return
    with multiprocessing.get_context("spawn").Pool(workers, _one_thread) as pool:
        ready: list[multiprocessing.pool.AsyncResult[int]] = []
        for task in starts():
            ready.append(pool.apply_async(_draw, (task,)))
            if len(ready) >= 2 * workers:
                yield ready.pop(0).get()
        for result in ready:
            yield result.get()


def _draw(task: tuple[Job, int]) -> int:
    return draw_chunk(*task)


def _one_thread() -> None:
    torch.set_num_threads(1)


def preview(path: Path, resolution: int, seed: int, columns: int = 8) -> None:
    """Write a columns x columns grid of pictures as a PNG."""
    from PIL import Image

    n = columns * columns
    parts = codes(seed, torch.arange(n)).split(CHUNK)
    drawn = torch.cat([render(attributes(u), resolution).images for u in parts])
    grid = drawn.view(columns, columns, 3, resolution, resolution).permute(0, 3, 1, 4, 2)
    Image.fromarray(grid.reshape(columns * resolution, -1, 3).numpy()).save(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training bake", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/avatars-64"))
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0, help="wall-clock budget")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--preview", type=Path, help="only write a grid of pictures to this PNG")
    given = parser.parse_args(arguments)
    if given.preview is not None:
        preview(given.preview, given.resolution, given.seed)
        return
    fast = can_compile()
    job = Job(given.out, given.count, given.resolution, given.seed, fast)
    began, first = time.monotonic(), prepare(job)
    for finished in bake(job, given.minutes, given.workers):
        rate = (finished - first) / (time.monotonic() - began)
        left = (job.count - finished) / rate / 60
        print(f"{finished}/{job.count} pictures, {rate:.1f}/s, {left:.0f} min left", flush=True)
