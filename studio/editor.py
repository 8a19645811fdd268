"""The Edit tab's engine: directions found once a model, pictures and films. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from inversion import Inversion
from inversion.directions import ganspace, of_catalog, read_directions, sefa, shipped, supervised
from inversion.directions.published import SUFFIXES
from inversion.editing import (
    Converted,
    between_classes,
    convert,
    difference,
    frames,
    has_latent,
    in_classes,
    strip,
)
from inversion.editing.between_results import mix_with, toward_result
from inversion.edits import Direction, Mix, Toward, load_directions, orthogonal
from inversion.evaluation import Judgement, Movements, judge, movements, typical_features
from inversion.pictures.images import Picture, to_tensor
from inversion.pictures.video import mp4
from models import CATALOG, load_estimator, published_directions
from models.encoders.estimator import Estimator
from models.errors import StudioError
from models.generators.generator import Generator as Network
from models.weights.transfer import Progress
from studio.messages import Loading
from studio.model_cache import ModelCache
from studio.runs import GENERATORS, Studio

ATTRIBUTES, COMPONENTS, SEFA, FILE = "Attributes", "GANSpace", "SeFa", "From a file"
PUBLISHED, DIFFERENCE = "Published", "To another result"
SAMPLES = 1000  # pictures that are read to find the directions of attributes
COUNT = 10  # components, and SeFa's directions
FPS = 24
PUBLISHED_FOR = {g for row in CATALOG.values() if row.kind == "directions" for g in row.generators}
FRESH = 16  # samples over which it is measured what sliders move

Known = tuple[tuple[Direction, ...], Movements | None]  # directions, what they move if known


class Editor:
    """Finds directions for a model of the studio, draws edited results and films."""

    def __init__(
        self,
        studio: Studio,
        load_reader: Callable[..., Estimator] = load_estimator,
    ) -> None:
        self.studio, self.load_reader = studio, load_reader
        self.readers: dict[str, Estimator | None] = {}
        self.attributes = ModelCache(self._attributes, most=4)
        self.others = ModelCache(self._others, most=4)
        self.published = ModelCache(self._published, most=4)
        self.draw: Callable[[Inversion], Picture] = studio.borrow(self._draw)
        self.convert: Callable[[Inversion], Converted | None] = studio.borrow(self._convert)
        self.film: Callable[..., tuple[Picture, bytes]] = studio.borrow(self._film)
        self.in_classes: Callable[..., list[Picture]] = studio.borrow(self._in_classes)
        self.between: Callable[..., list[Picture]] = studio.borrow(self._between)
        self.moves: Callable[..., Movements] = studio.borrow(self._moves)
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
        known += [PUBLISHED] if model in PUBLISHED_FOR else []
        return [*known, COMPONENTS, SEFA, DIFFERENCE, FILE]

    def directions(
        self, model: str, source: str, extra: tuple[Direction, ...] = ()
    ) -> Generator[Loading, None, tuple[Direction, ...]]:
        """Those of a source, attributes in the order of how much their sliders move them; yields
        while they are looked for."""
        if source in (FILE, DIFFERENCE):
            return extra
        if source == ATTRIBUTES:
            known, moved = yield from self.studio.loaded(self.attributes, model)
            if moved is None:
                return known
            return tuple(sorted(known, key=lambda each: -moved.own(each.name)))
        if source == PUBLISHED:
            return tuple((yield from self.studio.loaded(self.published, model)))
        found = yield from self.studio.loaded(self.others, model)
        half = len(found) // 2
        return tuple(found[:half] if source == COMPONENTS else found[half:])

    def differences(self, result: Inversion, others: Sequence[Inversion]) -> tuple[Direction, ...]:
        """The way from a result to each of the others."""
        G = self.network(result)
        ways = enumerate(others, 2)
        return tuple(difference(G, result, other, f"to result {k}") for k, other in ways)

    def named(self, result: Inversion, name: str) -> Direction:
        """A direction by its name, of any source but files. Raises StudioError if there is none."""
        G = self.network(result)
        model = G.identity.name
        known = {each.name: each for each in self.others(model)}
        reader = self._reader(model)
        attributes = () if reader is None else reader.names
        if name in attributes:
            known |= {each.name: each for each in self.attributes(model)[0]}
        if name not in known:
            raise StudioError(
                f"There is no direction {name!r} for {model}; there are"
                f" {', '.join([*attributes, *known])}."
            )
        return known[name]

    def read(self, path: str, result: Inversion, space: str | None = None) -> list[Direction]:
        """Directions of a file, which must fit the result's model; `space` is what the vectors of
        others are of, where their file does not tell."""
        G = self.network(result)
        if Path(path).suffix.casefold() in SUFFIXES:
            return read_directions(path, G, space)
        return load_directions(path, G)

    def mixed(
        self,
        result: Inversion,
        other: Inversion,
        layers: tuple[int, int],
        rows: tuple[int, int] | None,
    ) -> Mix:
        G = self.network(result)
        return mix_with(G, other, layers, name="the second result", rows=rows)

    def toward(
        self, result: Inversion, other: Inversion, amount: float, heads: bool = False
    ) -> Toward:
        G = self.network(result)
        return toward_result(G, other, amount, name="the second result", heads=heads)

    def measured(self, model: str) -> Movements | None:
        """What the sliders of attributes move, where that is known."""
        found = self.attributes.peek(model)
        return None if found is None else found[1]

    def directed(self, result: Inversion) -> bool:
        """Whether directions and classes apply to it as it is."""
        return has_latent(self.network(result), result.codes)

    def readable(self, model: str) -> bool:
        """Whether attributes of its pictures can be read."""
        return self._reader(model) is not None

    def _draw(self, result: Inversion) -> Picture:
        """What a result of one answer looks like as edited, uint8 [H, W, 3]."""
        drawn: Picture = result.render(self.network(result))[0]
        return drawn

    def _convert(self, result: Inversion) -> Converted | None:
        """The nearest to a result that has a z and a class; None where it is `directed`."""
        if self.directed(result):
            return None
        return convert(self.network(result), result, self.studio.perceptuals("embedded"))

    def _in_classes(
        self, result: Inversion, labels: Sequence[int], strength: float
    ) -> list[Picture]:
        return in_classes(self.network(result), result, labels, strength=strength)

    def _between(
        self, result: Inversion, start: int, end: int, count: int, strength: float
    ) -> list[Picture]:
        return between_classes(self.network(result), result, start, end, count, strength=strength)

    def _moves(
        self, model: str, directions: Sequence[Direction], held: Sequence[Direction]
    ) -> Movements:
        """What directions move while others are held still."""
        reader = self._reader(model)
        if reader is None:
            raise StudioError(f"Nothing here can read the attributes of pictures by {model}.")
        ways = []
        for each in directions:
            still = [h for h in held if h.name != each.name]
            way = orthogonal(each, still) if still else each
            ways.append(replace(way, name=each.name))
        return movements(self.studio.generators(model), ways, reader, count=FRESH)

    def _film(
        self,
        results: Sequence[Inversion],
        seconds: float,
        easing: str,
        loop: bool,
        heads: bool = False,
    ) -> tuple[Picture, bytes]:
        """The way through results as a strip, uint8 [H, 7W, 3], and an MP4 file."""
        G = self.network(results[0])
        pictures = frames(G, results, seconds, FPS, easing, loop, heads=heads)
        return strip(G, results, 7, easing, heads=heads), mp4(pictures, FPS, smooth=True)

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

    def _attributes(self, model: str, progress: Progress | None) -> Known:
        """Those that ship with the model; where there are none for its weights, found anew, and
        what they move is left to be measured when somebody asks."""
        G, reader = self.studio.generators(model), self._reader(model)
        assert reader is not None, "offered only where there is one"
        told = progress or (lambda n, total: None)
        if (ships := shipped(G, reader)) is not None:
            return ships.directions, ships.movements
        found = supervised(G, reader, n=SAMPLES, progress=lambda f: told(int(f * SAMPLES), SAMPLES))
        return tuple(found), None

    def _published(self, model: str, progress: Progress | None) -> list[Direction]:
        return of_catalog(self.studio.generators(model), published_directions(model, progress))

    def _others(self, model: str, progress: Progress | None) -> list[Direction]:
        G = self.studio.generators(model)
        count = min(COUNT, G.z_dim, G.w_dim)
        return [*ganspace(G, count), *sefa(G, count)]
