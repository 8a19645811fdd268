"""Where in a file a network stands: the prefix of its tensors' names."""

import re

from torch import Tensor

from models.readers.contents import Contents, Fact

EMA = re.compile(r"(^|[._])(g|gen|generator|netg|model)?_?(ema|average|avg|smooth)($|[._])|^gs\.")
TRAINING = re.compile(r"(^|\.)(g|generator|netg)\.$")
UNAVERAGED = "The file has no averaged weights (g_ema); those of its training were taken."
AVERAGES = ("mapping.w_avg", "latent_avg", "mean_latent", "w_avg", "dlatent_avg")
MAX_LAYERS = 64  # for which a mean of w may be given


def rank(prefix: str) -> tuple[bool, int, str]:
    """By which prefixes are sorted: the averaged weights first, then the shortest name."""
    return EMA.search(prefix.lower()) is None, len(prefix), prefix


def unaveraged(prefix: str) -> tuple[str, ...]:
    """The note on weights that are a training's own."""
    lower = prefix.lower()
    own = TRAINING.search(lower) is not None and EMA.search(lower) is None
    return (UNAVERAGED,) if own else ()


def facts_under(found: Contents, prefix: str) -> dict[str, Fact]:
    return {k.removeprefix(prefix): v for k, v in found.facts.items() if k.startswith(prefix)}


def rate(*given: Fact) -> float | None:
    """The first of the numbers that a file may give for the rate of its mapping network, if it is
    one: above 0, and at most 1."""
    said = next((each for each in given if each is not None), None)
    if not isinstance(said, int | float) or isinstance(said, bool):
        return None
    return float(said) if 0 < said <= 1 else None


def average(found: Contents, prefix: str, w_dim: int) -> tuple[str, Tensor] | None:
    """The mean of w [w_dim] and its name, from beside the network or around it; the mean over
    layers of one that has a row a layer."""
    around = [prefix]
    while around[-1]:
        outer = around[-1].rstrip(".").rpartition(".")[0]
        around.append(f"{outer}." if outer else "")
    for where in around:
        for name in AVERAGES:
            mean = found.tensors.get(f"{where}{name}")
            if mean is None or not mean.numel() or mean.numel() > MAX_LAYERS * w_dim:
                continue
            if mean.numel() % w_dim == 0:
                return f"{where}{name}", mean.reshape(-1, w_dim).float().mean(0)
    return None
