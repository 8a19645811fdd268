"""A job with a wish, made into one with a method."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from inversion.latents import Codes
from inversion.presets import Preset
from inversion.presets.choice import choose, going_on
from models.encoders.encoder import Encoder
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from studio.messages import Job

AnyJob = TypeVar("AnyJob", bound=Job)


def decided(
    job: Job,
    G: Generator,
    encoder: Encoder | None,
    perceptual: Perceptual,
    start: Codes | None = None,
) -> Job:
    """The job with the method, seeds, settings, start and seconds that its wish stands for; one
    without a wish as it is. `encoder` is the model's, None where it has none; `start` what it goes
    on from."""
    if job.wish is None:
        return job
    if start is not None:
        return replace(job, method=going_on(G, start), settings={}, encoder=None)
    seconds = {} if job.budget is None else {"seconds": job.budget}
    found = choose(
        job.wish, G, job.target, encoder, label=job.label, perceptual=perceptual, **seconds
    )
    return as_measured(job, found)


def as_measured(job: AnyJob, found: Preset) -> AnyJob:
    """The job run as a preset says."""
    return replace(
        job,
        method=found.method,
        seeds=found.seeds,
        settings=dict(found.settings),
        encoder=job.encoder if found.encoder else None,
        budget=found.seconds,
    )
