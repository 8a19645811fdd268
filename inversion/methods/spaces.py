"""What a method searches: the space by which methods are grouped, and what it changes, in words."""

from __future__ import annotations

from dataclasses import dataclass

from inversion.latents import Latents, Sum
from inversion.methods.method import Method
from models.generators.generator import Generator


@dataclass(frozen=True)
class Space:
    """A group of methods: those that search any of `parts`, by the keys of latents."""

    title: str
    note: str
    parts: frozenset[str]


# a method is of the first of these that it searches; the page lists them in the order of SPACES
PLACED = Space(
    "Where in the frame, then what",
    "Place, size and colours first: for an object that is not where the generator draws one.",
    frozenset({"placement", "colour"}),
)
HEADS = Space(
    "Projection heads",
    "Small networks that make the codes, trained on this picture: for one that is moved or turned "
    "out of its place, given thousands of steps.",
    frozenset({"style-head", "content-head"}),
)
MATRIX = Space(
    "W, a latent for each channel",
    "Of overparameterized generators alone: close, and still easy to edit.",
    frozenset({"W", "W+"}),
)
Z = Space(
    "z, one latent as the generator was trained",
    "Always a plausible picture, seldom this one; safest to edit.",
    frozenset({"z"}),
)
W = Space(
    "w, one style for all layers",
    "Near, plausible, and edits best of all.",
    frozenset({"w"}),
)
INSIDE = Space(
    "Styles, and what they work on: content s, noise b, inner maps",
    "Reaches other places, poses and textures; exact, and the more fragile.",
    frozenset({"s", "b", "layers", "base-detail"}),
)
W_PLUS = Space(
    "w+, a style for each layer",
    "Close and editable: the usual place to start.",
    frozenset({"w+"}),
)
Z_PLUS = Space(
    "z+, a latent for each layer",
    "More freedom than z, and still what the mapping network makes.",
    frozenset({"z+"}),
)
WEIGHTS = Space(
    "The generator's weights, too",
    "The network itself follows the picture: exact for one seed, and slow.",
    frozenset(),
)
SPACES = (W_PLUS, W, Z, Z_PLUS, INSIDE, HEADS, MATRIX, PLACED, WEIGHTS)
BY_PRIORITY = (PLACED, HEADS, MATRIX, Z, W, INSIDE, W_PLUS, Z_PLUS)

CHANGES = {
    "z": "one latent",
    "z+": "a latent for each layer",
    "class": "the class",
    "w": "one style",
    "w+": "a style for each layer",
    "W": "a matrix of styles",
    "W+": "a matrix of styles for each layer",
    "s": "the 4 × 4 content",
    "b": "noise maps",
    "base-detail": "a 16 × 16 map and styles after it",
    "layers": "a style for each layer, noise maps, inner maps",
    "style-head": "a network that makes styles",
    "content-head": "one that makes the content",
    "placement": "place and size",
    "colour": "colours",
}
# where a style is a matrix
OF_MATRICES = {
    "w": CHANGES["W"],
    "w+": CHANGES["W+"],
    "layers": f"{CHANGES['W+']}, inner maps",
}


def space(row: Method) -> Space:
    """The group that a method belongs to. Raises StopIteration for latents that none knows."""
    if row.tuning is not None:
        return WEIGHTS
    return next(each for each in BY_PRIORITY if each.parts & set(parts(row)))


def listed(G: Generator | None = None) -> tuple[Space, ...]:
    """The groups in the order of the page: a model of matrices has its own first."""
    return tuple(sorted(SPACES, key=lambda each: each is not MATRIX)) if matrices(G) else SPACES


def matrices(G: Generator | None) -> bool:
    """Whether the model's styles are matrices; False where it is not known."""
    return G is not None and G.rows > 1


def changes(row: Method, G: Generator | None = None) -> str:
    """What is moved to fit the picture, in this model; the class where it is not known."""
    if row.one_answer:
        return "nothing"
    words = CHANGES | (OF_MATRICES if matrices(G) else {})
    found = [words[key] for key in parts(row) if key != "class" or G is None or G.class_dim > 0]
    return ", ".join([*found, *(["the weights"] if row.tuning is not None else [])])


def parts(row: Method) -> list[str]:
    """The keys of its latents."""

    def keys(latents: Latents) -> list[str]:
        if isinstance(latents, Sum):
            return [key for part in latents.parts for key in keys(part)]
        return [latents.key]

    return keys(row.latents)
