"""A visitor's wish made into a run: the method that won the measurement for this model and picture.

How like the model's training a picture is, its encoder tells at once: by how near it draws it.
"""

from __future__ import annotations

from dataclasses import replace

from inversion import invert
from inversion.methods import find
from inversion.presets import Preset, kind_of, preset
from models.encoders.encoder import Encoder
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual
from studio.messages import Job

# For models that nobody measured, the first that such a model can serve: what is nearest, what
# edits best, what is quickest in the papers.
UNMEASURED = {
    "closest": ("(w+, b)", "w+", "z", "W"),
    "editable": ("p-norm+", "w", "z", "W"),
    "instant": ("w+", "z", "W"),
}
QUICK = 2.0  # seconds of a search that stands in for an encoder's estimate


def decided(job: Job, G: Generator, encoder: Encoder | None, perceptual: Perceptual) -> Job:
    """The job with the method, seeds, settings and start that its wish stands for; one without a
    wish as it is. `encoder` is the model's, None where it has none."""
    if job.wish is None:
        return job
    kind = "stranger" if encoder is None else kind_of_target(job, G, encoder, perceptual)
    seconds = job.budget or 10.0
    found = preset(job.model, job.wish, seconds=seconds, kind=kind)
    if found is None or (found.encoder and encoder is None):
        found = unmeasured(job.wish, G, encoder)
    return replace(
        job,
        method=found.method,
        seeds=found.seeds,
        settings=dict(found.settings),
        encoder=job.encoder if found.encoder else None,
        budget=min(seconds, QUICK) if job.wish == "instant" else seconds,
    )


def kind_of_target(job: Job, G: Generator, encoder: Encoder, perceptual: Perceptual) -> str:
    """What kind of picture the target is, by the LPIPS at which the encoder draws it."""
    estimate = invert(
        G, job.target, "encoder", encoder=encoder, label=job.label, perceptual=perceptual
    )
    distances = estimate.metrics.get("LPIPS (AlexNet)")
    return "stranger" if distances is None else kind_of(job.model, distances[0])


def unmeasured(wish: str, G: Generator, encoder: Encoder | None) -> Preset:
    """What the papers let one expect of a model that is not in the table."""
    if wish == "instant" and encoder is not None:
        return Preset("encoder", encoder=True)
    served = (name for name in UNMEASURED[wish] if find(name).refuses(G) is None)
    return Preset(next(served), encoder=encoder is not None)
