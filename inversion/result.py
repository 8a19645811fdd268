"""Inversion: the answer and all that is needed to draw it again, as one .safetensors file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inversion.edits.apply import apply, draw, rows
from inversion.edits.edit import Edit
from inversion.edits.file import pack, unpack
from inversion.knobs import Value
from inversion.latents import Codes
from inversion.metrics import assess
from inversion.operators.measurement import Measurement
from inversion.pictures.images import Mask, Picture, to_uint8
from inversion.result_header import EDITED, MEASURED, RESULT, TUNED, WRITTEN, ResultHeader
from inversion.tuning.deltas import Deltas
from models import tensor_file
from models.errors import StudioError
from models.generators.generator import Generator, Identity
from models.perceptual.distance import Perceptual


@dataclass(frozen=True)
class Inversion:
    """The codes of every seed, best first, and how they were found: the order is that of losses,
    for a hole that of loss times rim error (`inversion.drawn.best_first`).

    `codes` has one row a seed, `target` is the picture asked for, uint8 [H, W, 3], `mask` the
    painted part of it that was asked for, bool [H, W], or None. `losses` and each list in `metrics`
    have one number a seed; `evaluations` counts the pictures that were drawn for each.
    `deltas` is what fine-tuning changed in the weights for the first row, or None; the other rows
    are drawn by the weights as they are. `identity` says which weights drew it. A restoration has
    the `measurement` that it began with; `target` is then the true picture if a known one was
    degraded, else what the measurement shows. `edits` are applied whenever it is drawn.
    """

    codes: Codes
    target: Picture
    mask: Mask | None
    seeds: tuple[int, ...]
    losses: tuple[float, ...]
    metrics: dict[str, list[float]]
    method: str
    settings: dict[str, Value]
    steps: int
    evaluations: int
    seconds: float
    notes: tuple[str, ...]
    identity: Identity
    versions: dict[str, str]
    deltas: Deltas | None = None
    measurement: Measurement | None = None
    edits: tuple[Edit, ...] = ()

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def truth(self) -> Picture | None:
        """The picture that the answer should equal, where it is known."""
        known = self.measurement is None or self.measurement.degraded
        return self.target if known else None

    def header(self) -> dict[str, Any]:
        """All but the tensors, as it is written to JSON: see `ResultHeader`."""
        fields = {name: getattr(self, name) for name in WRITTEN}
        fields["measurement"] = self.measurement and self.measurement.header()
        fields["edits"] = pack(self.edits)[0] or None
        return ResultHeader.model_validate(fields, strict=False).as_dict()

    def score(
        self, G: Generator, perceptual: Perceptual, shown: NDArray[np.uint8] | None = None
    ) -> dict[str, list[float]]:
        """The metrics again, of what `render` draws: `shown`, uint8 [n, H, W, 3], where it has."""
        shown = self.render(G) if shown is None else shown
        return assess(shown, self.target, perceptual, G.device, self.mask, self.measurement)

    def edit(self, edits: Sequence[Edit]) -> Inversion:
        """This result with these edits in place of those it has; none takes it back to what was
        found. The codes stay as they are: edits are applied when it is drawn, and saved with it.

        Raises StudioError for a strength that is no number, or an edit of another model.

        >>> import numpy as np
        >>> from inversion import invert
        >>> from inversion.edits import Truncate
        >>> from models import load
        >>> G = load("avatars")
        >>> result = invert(G, np.full((64, 64, 3), 128, np.uint8), steps=1, seeds=1)
        >>> half = result.edit([Truncate(0.5)])
        >>> bool((half.render(G) != result.render(G)).any()), result.edits
        (True, ())
        """
        for each in edits:
            each.check(self.identity)
        return replace(self, edits=tuple(edits))

    def check(self, G: Generator) -> None:
        """Raises StudioError when `G` is another model than the one that this was made with, or the
        codes are not of its shapes."""
        if G.identity.sha256 != self.identity.sha256:
            raise StudioError(
                f"This result was made with {self.identity.name} "
                f"(weights {self.identity.sha256[:8]}), not with {G.identity.name} "
                f"({G.identity.sha256[:8]}). Load that model and try again."
            )
        self.codes.check(G)

    def answer(self, rank: int = 0) -> Inversion:
        """The result with that answer alone, 0 being the best; its edits are kept. What fine-tuning
        changed belongs to the best. Raises StudioError if there are not so many."""
        if not 0 <= rank < len(self):
            raise StudioError(f"There is no answer {rank}; this result has {len(self)}, from 0 on.")
        return replace(
            self,
            codes=rows(self.codes, slice(rank, rank + 1)),
            seeds=self.seeds[rank : rank + 1],
            losses=self.losses[rank : rank + 1],
            metrics={name: values[rank : rank + 1] for name, values in self.metrics.items()},
            deltas=None if rank else self.deltas,
        )

    def edited_codes(self, G: Generator, rank: int = 0) -> Codes:
        """That answer's codes [1] after the result's edits, on the generator's device. Raises
        StudioError when the result was made with another model."""
        self.check(G)
        return apply(G, self.answer(rank).codes, self.edits)

    @torch.no_grad()
    def render(self, G: Generator, uint8: bool = True, strength: float = 1.0) -> Any:
        """The pictures again: uint8 [n, H, W, 3], or float32 [n, 3, H, W] before rounding.

        `strength` in [0, 1] is how much of the fine-tuning is applied. The same bytes each time on
        one machine with one number of threads. Raises StudioError when `G` is another model, or
        the fine-tuned weights do not fit it.
        """
        self.check(G)
        images = draw(G, self.codes, self.edits, self.deltas, strength)
        return to_uint8(images) if uint8 else images

    def save(self, path: str | Path) -> None:
        """Writes one .safetensors file. The target picture is in it. Raises StudioError if that is
        impossible."""
        tensors = dict(self.codes.tensors()) | {"target": torch.from_numpy(self.target.copy())}
        if self.mask is not None:
            tensors["mask"] = torch.from_numpy(self.mask.copy())
        if self.measurement is not None:
            tensors |= {MEASURED + name: x for name, x in self.measurement.tensors().items()}
        tensors |= pack(self.edits, EDITED)[1]
        tensors |= {TUNED + name: delta for name, delta in (self.deltas or {}).items()}
        tensor_file.write(path, RESULT, tensors, {"header": json.dumps(self.header())})

    @classmethod
    def load(cls, path: str | Path) -> Inversion:
        """Reads what `save` wrote. Raises StudioError for any other or damaged file."""
        file = tensor_file.read(path, RESULT)
        header = file.header(ResultHeader)
        with file.assembling():
            return cls._assemble(file.tensors, header)

    @classmethod
    def _assemble(cls, tensors: dict[str, Tensor], header: ResultHeader) -> Inversion:
        """The inverse of `save`. Raises KeyError, TypeError or ValueError where the parts do not
        fit together."""
        target = tensors.pop("target").numpy()
        mask = tensors.pop("mask").numpy() if "mask" in tensors else None
        measured, deltas = _taken(tensors, MEASURED), _taken(tensors, TUNED)
        edits = unpack(header.edits or (), tensors, EDITED)
        codes = Codes.from_tensors(tensors)
        n = len(header.seeds)
        for name, x in codes.tensors():
            if len(x) != n or not n:
                raise ValueError(f"{name} has no row a seed")
        if target.dtype != np.uint8 or target.ndim != 3 or target.shape[2] != 3:
            raise ValueError("target is no picture")
        if mask is not None and (mask.dtype != np.bool_ or mask.shape != target.shape[:2]):
            raise ValueError("mask is none of the target")
        if any(len(x) != n for x in (header.losses, *header.metrics.values())):
            raise ValueError("losses and metrics have a number a seed")
        if bool(measured) != (header.measurement is not None):
            raise ValueError("a measurement has tensors and a header")
        if any(x.dtype != torch.float16 for x in deltas.values()):
            raise ValueError("fine-tuned weights are of another type")
        asked = header.measurement
        assembled = None if asked is None else Measurement.assemble(measured, asked)
        own = {name: getattr(header, name) for name in WRITTEN}
        result = cls(codes, target, mask, **own, deltas=deltas or None, measurement=assembled)
        return result.edit(edits)


def _taken(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin so, taken out, by the rest of their names."""
    names = [name for name in tensors if name.startswith(prefix)]
    return {name.removeprefix(prefix): tensors.pop(name) for name in names}
