"""Ranges of layers, or of a matrix's rows: first and last, both included, counted from 0; None for
all."""

from __future__ import annotations

from models.errors import StudioError

Layers = tuple[int, int] | None


def check_layers(count: int, layers: Layers, what: str = "layer") -> None:
    """Raises StudioError unless a generator of `count` layers, or rows, has these."""
    if layers is None:
        return
    whole = all(isinstance(x, int) and not isinstance(x, bool) for x in layers)
    if len(layers) != 2 or not whole or not 0 <= layers[0] <= layers[1] < count:
        raise StudioError(
            f"There are no {what}s {' to '.join(map(str, layers))}; they go from 0 to {count - 1},"
            " the first no later than the last."
        )


def layers_text(layers: Layers, what: str = "layer") -> str:
    """What a list of edits says about them: nothing for all."""
    if layers is None:
        return ""
    first, last = layers
    return f", {what} {first}" if first == last else f", {what}s {first} to {last}"
