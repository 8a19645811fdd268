"""The Edit tab's engine: directions found once a model, pictures and films. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

from inversion import Inversion
from inversion.editing import (
    Direction,
    Judgement,
    Mix,
    Toward,
    frames,
    ganspace,
    judge,
    load_directions,
    read_published,
    sefa,
    strip,
    supervised,
    typical_features,
)
from inversion.images import Picture, to_tensor
from inversion.video import mp4
from models.errors import StudioError
from models.estimator import Estimator, load_estimator
from models.generator import Generator as Network
from models.transfer import Progress
from ui.kept import Kept
from ui.moments import Loading
from ui.studio import GENERATORS, Studio

ATTRIBUTES, COMPONENTS, SEFA, FILE = "Attributes", "GANSpace", "SeFa", "From a file"
SAMPLES = 1000  # pictures that are read to find the directions of attributes
COUNT = 10  # components, and SeFa's directions
FPS = 24


class Editor:
    """Finds directions for a model of the studio, draws edited results and films."""

    def __init__(
        self,
        studio: Studio,
        load_reader: Callable[..., Estimator] = load_estimator,
    ) -> None:
        self.studio, self.load_reader = studio, load_reader
        self.readers: dict[str, Estimator | None] = {}
        self.attributes = Kept(self._attributes, most=4)
        self.others = Kept(self._others, most=4)
        self.draw: Callable[[Inversion], Picture] = studio.borrow(self._draw)
        self.film: Callable[..., tuple[Picture, bytes]] = studio.borrow(self._film)
        self.judge: Callable[..., Judgement] = studio.borrow(self._judge)

    def network(self, result: Inversion) -> Network:
        """The model that made it. Raises StudioError where it is not listed."""
        name = result.identity.name
        if name not in GENERATORS:
            raise StudioError(
                f"This result was made with a model called {name}, which is not listed here."
            )
        G = self.studio.generators(name)
        result.check(G)
        return G

    def sources(self, model: str) -> list[str]:
        """Where directions for this model can come from."""
        known = [ATTRIBUTES] if self._reader(model) is not None else []
        return [*known, COMPONENTS, SEFA, FILE]

    def directions(
        self, model: str, source: str, extra: tuple[Direction, ...] = ()
    ) -> Generator[Loading, None, tuple[Direction, ...]]:
        """Those of a source; yields while they are looked for."""
        if source == FILE:
            return extra
        kept = self.attributes if source == ATTRIBUTES else self.others
        found = yield from self.studio.loaded(kept, model)
        if source == ATTRIBUTES:
            return tuple(found)
        return tuple(found[:COUNT] if source == COMPONENTS else found[COUNT:])

    def named(self, result: Inversion, name: str) -> Direction:
        """A direction by its name, of any source but files. Raises StudioError if there is none."""
        G = self.network(result)
        model = G.identity.name
        known = {each.name: each for each in self.others(model)}
        reader = self._reader(model)
        attributes = () if reader is None else reader.names
        if name in attributes:
            known |= {each.name: each for each in self.attributes(model)}
        if name not in known:
            raise StudioError(
                f"There is no direction {name!r} for {model}; there are"
                f" {', '.join([*attributes, *known])}."
            )
        return known[name]

    def read(self, path: str, result: Inversion) -> list[Direction]:
        """Directions of a file, which must fit the result's model."""
        G = self.network(result)
        if Path(path).suffix in (".npy", ".pt"):
            return [read_published(path, G)]
        return load_directions(path, G)

    def mixed(self, result: Inversion, other: Inversion, layers: tuple[int, int]) -> Mix:
        return Mix.of_result(self.network(result), other, layers, name="the second result")

    def toward(self, result: Inversion, other: Inversion, amount: float) -> Toward:
        G = self.network(result)
        return Toward.result(G, other, amount, name="the second result")

    def _draw(self, result: Inversion) -> Picture:
        """What a result's best answer looks like as edited, uint8 [H, W, 3]."""
        drawn: Picture = result.render(self.network(result))[0]
        return drawn

    def _film(
        self, results: Sequence[Inversion], seconds: float, easing: str, loop: bool
    ) -> tuple[Picture, bytes]:
        """The way through results as a strip, uint8 [H, 7W, 3], and an MP4 file."""
        G = self.network(results[0])
        pictures = frames(G, results, seconds, FPS, easing, loop)
        return strip(G, results, 7, easing), mp4(pictures, FPS)

    def _judge(self, model: str, before: Picture, after: Picture) -> Judgement:
        """What an edit did, by the embedded features and the model's estimator, if it has one."""
        perceptual = self.studio.perceptuals("embedded")
        typical = typical_features(self.studio.generators(model), perceptual)
        a, b = (to_tensor(x).to(typical.device) for x in (before, after))
        return judge(a, b, perceptual, self._reader(model), typical=typical)

    def _reader(self, model: str) -> Estimator | None:
        """The attribute estimator for a model's pictures, where there is one; read once."""
        if model not in self.readers:
            self.readers[model] = None
            with suppress(StudioError):
                self.readers[model] = self.load_reader(model, device=self.studio.device)
        return self.readers[model]

    def _attributes(self, model: str, progress: Progress | None) -> list[Direction]:
        G, reader = self.studio.generators(model), self._reader(model)
        assert reader is not None, "offered only where there is one"
        told = progress or (lambda n, total: None)
        return supervised(
            G, reader, n=SAMPLES, progress=lambda f: told(int(f * SAMPLES), SAMPLES)
        )

    def _others(self, model: str, progress: Progress | None) -> list[Direction]:
        G = self.studio.generators(model)
        return [*ganspace(G, COUNT), *sefa(G, COUNT)]


def figures(found: Judgement, most: int = 6) -> str:
    """Judgement of one edit as HTML: identity, and the attributes that moved most."""
    moved = sorted(found.moved.items(), key=lambda each: -abs(float(each[1])))[:most]
    terms = "".join(
        f"<div><dt>{escape(name.replace('_', ' '))}</dt><dd>{float(value):+.2f}</dd></div>"
        for name, value in moved
        if abs(float(value)) >= 0.05
    )
    note = (
        "Identity is the similarity of the embedded perceptual features before and after: 1 is "
        "the same picture, 0 no more alike than strangers. It is not a face recogniser's."
    )
    if found.moved:
        note += " Attributes moved are in standard deviations, as the estimator reads them."
    return (
        f'<dl class="terms"><div><dt>identity kept</dt><dd>{float(found.identity):.3f}</dd></div>'
        f'{terms}</dl><p class="note">{note}</p>'
    )
