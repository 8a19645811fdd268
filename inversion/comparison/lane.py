"""One method in a race: its stream of Iterates, its stopwatch, and what is seen of it."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import torch

from inversion.comparison.entry import Entry
from inversion.comparison.standing import IDENTITY, Cell, Point, State, Terms
from inversion.drawn import Drawn
from inversion.evaluation.edit_metrics import judge, typical_features
from inversion.methods import EFFORTS, Method, find
from inversion.metrics import MEASUREMENT_ERROR, psnr
from inversion.operators.observation import Observation
from inversion.pictures import frames
from inversion.pictures.images import Mask, Picture, to_tensor, to_uint8, to_weight
from inversion.presets import WISHES, Preset
from inversion.presets.choice import choose, restoring
from inversion.run import Iterate, Iterates
from inversion.solve import solve
from models.encoders.encoder import Encoder
from models.errors import StudioError
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

LOOKS = 50  # measurements of a cell in a whole run
UNEXPECTED = "Something went wrong inside this method; the others go on."
USUAL = EFFORTS["balanced"]  # seconds for which the best is known, where none are shared out
LARGEST = 256  # px of a model whose typical picture is drawn without a GPU


class Stopwatch:
    """Seconds that pass only within `with`; with a GPU it waits there for what was asked of it, or
    the next cell would pay for this one."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.before = device, 0.0
        self.since: float | None = None

    def __call__(self) -> float:
        return self.before + (0.0 if self.since is None else time.monotonic() - self.since)

    def __enter__(self) -> None:
        self.since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        self.before, self.since = self(), None


class Judge:
    """How near pictures of one size are to what was asked: PSNR and the first perceptual distance
    where the truth is known, and of a restoration its measurement error."""

    def __init__(self, seen: Observation, perceptual: Perceptual, mask: Mask | None = None) -> None:
        self.seen, self.perceptual, self.first = seen, perceptual, perceptual.judge
        self.known = seen.measurement is None or seen.measurement.degraded
        self.truth = to_tensor(seen.target).to(seen.y.device)
        self.weight = None if mask is None else to_weight(mask).to(seen.y.device)
        with torch.no_grad():
            self.features = self.first.features(self.truth)

    @torch.no_grad()
    def __call__(self, picture: Picture) -> dict[str, float]:
        x, metrics = to_tensor(picture).to(self.truth.device), {}
        if self.known:
            metrics["PSNR"] = float(psnr(x, self.truth, self.weight))
            far = self.first.compare(self.first.features(x), self.features, self.weight)
            metrics[self.first.name] = float(far)
        if self.seen.measurement is not None:
            metrics[MEASUREMENT_ERROR] = self.seen.measurement.errors(x)[0]
        return metrics

    def identity(self, G: Generator, picture: Picture) -> dict[str, float]:
        """Whether it is the same one, 1 for the same, 0 for strangers (`edit_metrics.judge`); of
        nothing where the truth is unknown, or to find out would take longer than the race."""
        if not self.known or (G.resolution > LARGEST and G.device.type == "cpu"):
            return {}
        typical = typical_features(G, self.perceptual)
        x = to_tensor(picture).to(self.truth.device)
        return {IDENTITY: float(judge(self.truth, x, self.perceptual, typical=typical).identity[0])}


class Lane:
    """Runs one entry a step at a time; `cell` is how it stands. Nothing that goes wrong in it
    leaves it: it is the cell's sentence."""

    def __init__(
        self,
        entry: Entry,
        G: Generator,
        judge: Callable[[], Judge],
        equal: Terms,
        budget: float,
        options: Mapping[str, Any],
        painted: Picture | None = None,
    ) -> None:
        """`options` are what `solve` is given besides; what it searches for is what the `judge` has
        seen, or a picture of which a part is `painted`."""
        self.entry, self.G, self.judging, self.painted = entry, G, judge, painted
        self.equal, self.budget, self.options = equal, budget, dict(options)
        self.watch = Stopwatch(G.device)
        self.stream: Iterates[Drawn] | None = None
        self.cell = Cell(entry.title, entry.model or G.identity.name)
        self.lowest, self.looked = math.inf, -math.inf
        if entry.trouble:
            self.cell = self.cell.ended("failed", entry.trouble)

    @property
    def running(self) -> bool:
        return self.cell.state == "running"

    @property
    def used(self) -> float:
        return self.cell.used(self.equal)

    def step(self) -> None:
        """One step, or its end."""
        try:
            self.judge = self.judging()
            with self.watch:
                if self.stream is None:
                    self.stream = self.opened()
                iterate = next(self.stream, None)
            if iterate is None:
                self.finish("done")
            else:
                self.look(iterate)
                if iterate.step >= iterate.steps or self.used >= self.budget:
                    self.finish("done")
        except StudioError as error:
            self.finish("failed", str(error))
        except Exception:
            logging.getLogger(__name__).exception("%s failed in a race", self.cell.name)
            self.finish("failed", UNEXPECTED)

    def opened(self) -> Iterates[Drawn]:
        """Its stream of Iterates, which is told what it may use."""
        entry, options = self.entry, dict(self.options)
        method, options["settings"] = entry.method, entry.settings
        encoder = options.pop("encoder") if entry.encoder is None else entry.encoder
        options |= {"label": entry.label, "clock": self.watch, "encoder": None}
        longest = self.budget
        if isinstance(method, str) and method in WISHES:
            found = self.best(method, encoder)
            method, options["settings"], longest = found.method, found.settings, found.seconds
            options["encoder"] = encoder if found.encoder else None
            self.cell = replace(self.cell, name=f"{self.cell.name}: {find(found.method).title}")
        row = method if isinstance(method, Method) else find(method)
        if row.needs_encoder:
            options["encoder"] = encoder
        if self.equal == "seconds":
            options["budget"] = max(min(longest, self.budget) - self.watch(), 1e-3)
        else:
            options[self.equal] = max(1, int(self.budget))
        image = self.judge.seen if self.painted is None else self.painted
        return solve(self.G, image, method, perceptual=self.judge.perceptual, **options)

    def best(self, wish: str, encoder: Encoder | None) -> Preset:
        """What was measured best: for the first task that the picture suffered, else the wish."""
        seen, seconds = self.judge.seen, self.budget if self.equal == "seconds" else USUAL
        if seen.measurement is not None:
            return restoring(self.G, seen.measurement.tasks, seconds=seconds)
        return choose(
            wish,
            self.G,
            to_uint8(seen.view)[0],
            encoder,
            label=self.entry.label,
            seconds=seconds,
            perceptual=self.judge.perceptual,
        )

    def look(self, it: Iterate[Drawn]) -> None:
        """Takes over how it stands; reads from the device only at steps that are shown."""
        cell = replace(
            self.cell,
            seconds=self.watch(),
            pictures=it.evaluations,
            step=it.step,
            steps=it.steps,
            end=cache(partial(self.end, it.drawn)),
        )
        if it.preview is not None:
            losses = [x if math.isfinite(x) else math.inf for x in it.observed.tolist()]
            best = min(range(len(losses)), key=losses.__getitem__)
            if losses[best] < self.lowest:
                self.lowest = losses[best]
                cell = replace(cell, picture=it.preview[best])
            if cell.picture is not None and self.due(cell):
                self.looked, metrics = cell.used(self.equal), self.judge(cell.picture)
                point = Point(cell.seconds, cell.pictures, cell.step, metrics)
                cell = replace(cell, metrics=metrics, curve=(*cell.curve, point))
        self.cell = cell

    def due(self, cell: Cell) -> bool:
        """Whether it is measured again: at first, then as often as makes a curve of some points."""
        return cell.used(self.equal) - self.looked >= self.budget / LOOKS

    def end(self, drawn: Callable[[], Drawn]) -> tuple[Drawn, dict[str, float]]:
        """The best until then, drawn, and all that is measured of it."""
        try:
            answer = drawn()
            if self.painted is None and (notes := frames.notes(self.G)):
                told = replace(answer.result, notes=(*notes, *answer.result.notes))
                answer = replace(answer, result=told)
            metrics = {name: values[0] for name, values in answer.result.metrics.items()}
            return answer, metrics | self.judge.identity(self.G, answer.pictures[0])
        except StudioError:
            raise
        except Exception:
            logging.getLogger(__name__).exception("%s could not be drawn", self.cell.name)
            raise StudioError(UNEXPECTED) from None

    def finish(self, state: State, sentence: str = "") -> None:
        """The end of it, for whatever reason; its best stays."""
        self.close()
        self.cell = self.cell.ended(state, sentence)

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()
