"""The attributes of an avatar and the Gaussian code they are read from (a Gaussian copula).

A picture is a code u in R^K with independent N(0, 1) coordinates. Eight of them vote for the
species (argmax); each other coordinate k gives one attribute as quantile_k(Phi(u_k)).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

SPECIES = ("human", "cat", "bear", "fox", "robot", "alien", "owl", "frog")

Quantile = Callable[[Tensor, float, float], Tensor]


def uniform(p: Tensor, low: float, high: float) -> Tensor:
    return low + (high - low) * p


def central(p: Tensor, low: float, high: float) -> Tensor:
    """Symmetric about the middle of the range, with more mass there than at the ends."""
    q = 2 * p - 1
    return (low + high) / 2 + (high - low) / 2 * q * (0.35 + 0.65 * q.abs())


def rising(p: Tensor, low: float, high: float) -> Tensor:
    """More mass near the highest value."""
    return low + (high - low) * p**0.6


def mostly_low(p: Tensor, low: float, high: float) -> Tensor:
    """Half of the mass at the lowest value, the rest rising evenly to the highest."""
    return low + (high - low) * (2 * p - 1).clamp(min=0)


def mostly_high(p: Tensor, low: float, high: float) -> Tensor:
    return high - (high - low) * (1 - p) ** 4


@dataclass(frozen=True)
class Attribute:
    """One row: the values lie in [low, high]; `quantile` maps a probability to a value."""

    name: str
    low: float
    high: float
    quantile: Quantile
    meaning: str


ATTRIBUTES = (
    Attribute("yaw", -38, 38, central, "head turned to the picture's right, degrees"),
    Attribute("pitch", -16, 16, central, "head raised, degrees"),
    Attribute("smile", -1, 1, rising, "frown to smile"),
    Attribute("mouth_open", 0, 1, mostly_low, "shut to wide open"),
    Attribute("eye_openness", 0, 1, mostly_high, "shut to wide open"),
    Attribute("brow_raise", -1, 1, central, "brows low to high"),
    Attribute("brow_tilt", -1, 1, central, "brows angry to worried"),
    Attribute("gaze_x", -1, 1, central, "pupils to the picture's left or right"),
    Attribute("gaze_y", -1, 1, central, "pupils down or up"),
    Attribute("age", 0, 1, uniform, "baby's proportions to an elder's"),
    Attribute("head_width", -1, 1, central, "narrow to wide"),
    Attribute("ear_size", 0.75, 1.3, uniform, "factor on the ears"),
    Attribute("nose_size", 0.75, 1.35, uniform, "factor on nose or beak"),
    Attribute("hair_length", 0, 1, uniform, "hair, tuft, sprout or antenna: short to long"),
    Attribute("hair_style", 0, 4, uniform, "human: crop, curls, bun, pigtails (whole part)"),
    Attribute("hair_part", -1, 1, central, "side on which the fringe opens"),
    Attribute("hue", 0, 1, uniform, "place in the species' palette of skin or fur"),
    Attribute("tone", 0.85, 1.1, uniform, "lightness of skin or fur, a factor"),
    Attribute("hair_hue", 0, 1, uniform, "place in the palette of hair, tufts and brows"),
    Attribute("iris_hue", 0, 1, uniform, "place in the palette of irises"),
    Attribute("blush", 0, 1, uniform, "pink of the cheeks"),
    Attribute("marking", 0, 1, uniform, "strength of freckles, stripes, patches"),
    Attribute("glasses", 0, 1, uniform, "glasses are worn above 0.75"),
    Attribute("glasses_size", 0, 1, uniform, "small to large rims"),
    Attribute("glasses_hue", 0, 1, uniform, "place in the palette of rims"),
    Attribute("cloth_hue", 0, 1, uniform, "place in the palette of jumpers"),
    Attribute("light_azimuth", -60, 60, uniform, "key light from the picture's right, degrees"),
    Attribute("light_elevation", 15, 65, uniform, "key light above the horizon, degrees"),
    Attribute("background_hue", 0, 1, uniform, "hue of the backdrop, one turn"),
    Attribute("background_lightness", 0.86, 1, uniform, "lightness of the backdrop"),
)
NAMES = tuple(a.name for a in ATTRIBUTES)
INDEX = {name: len(SPECIES) + k for k, name in enumerate(NAMES)}
"""Code coordinate of each attribute; coordinates 0 to 7 are the species' votes."""
CODE_DIM = len(SPECIES) + len(ATTRIBUTES)


@dataclass(frozen=True)
class Attributes:
    """species: int64 [n] into SPECIES; values: one float32 [n] for each row of ATTRIBUTES."""

    species: Tensor
    values: dict[str, Tensor]

    def __getattr__(self, name: str) -> Tensor:
        try:
            value: Tensor = self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None
        return value

    def __len__(self) -> int:
        return len(self.species)

    def matrix(self) -> Tensor:
        """[n, len(ATTRIBUTES)] float32, columns in the table's order."""
        return torch.stack([self.values[name] for name in NAMES], 1)

    def replace(self, **values: Tensor | float) -> "Attributes":
        """A copy in which some attributes (or `species`, an index) have given values."""
        species = values.pop("species", self.species)
        species = torch.as_tensor(species, device=self.species.device).expand(len(self))
        like = self.values[NAMES[0]]
        for name in values:
            if name not in self.values:
                raise AttributeError(name)
        new = {
            k: torch.as_tensor(v, dtype=like.dtype, device=like.device).expand(len(self))
            for k, v in values.items()
        }
        return Attributes(species.long(), {**self.values, **new})


def attributes(codes: Tensor) -> Attributes:
    """codes float [n, CODE_DIM] -> Attributes of n pictures."""
    p = torch.special.ndtr(codes.double())
    values = {a.name: a.quantile(p[:, INDEX[a.name]], a.low, a.high).float() for a in ATTRIBUTES}
    return Attributes(codes[:, : len(SPECIES)].argmax(1), values)


def codes(seed: int, indices: Tensor) -> Tensor:
    """float32 [n, CODE_DIM]: the N(0, 1) codes of pictures `indices` (int64 [n]) of a seed.

    Counter-based (splitmix64, Steele et al. 2014), so a picture never depends on its batch.
    """
    counter = indices.long()[:, None] * 64 + torch.arange(CODE_DIM, device=indices.device)
    key = _splitmix64(torch.tensor(seed, dtype=torch.int64, device=indices.device))
    bits = _splitmix64(counter ^ key) >> 11 & (1 << 53) - 1
    normal: Tensor = torch.special.ndtri((bits.double() + 0.5) / 2**53).float()
    return normal


def _splitmix64(x: Tensor) -> Tensor:
    def signed(c: int) -> int:
        return c - (1 << 64) if c >> 63 else c

    def shift(v: Tensor, k: int) -> Tensor:
        return v >> k & (1 << 64 - k) - 1

    x = x + signed(0x9E3779B97F4A7C15)
    x = (x ^ shift(x, 30)) * signed(0xBF58476D1CE4E5B9)
    x = (x ^ shift(x, 27)) * signed(0x94D049BB133111EB)
    return x ^ shift(x, 31)
