"""Ranges of layers: first and last, both included, counted from 0; None for all."""

from __future__ import annotations

from models.errors import StudioError

Layers = tuple[int, int] | None


def check_layers(num_ws: int, layers: Layers) -> None:
    """Raises StudioError unless the layers exist in a generator of that many."""
    if layers is None:
        return
    whole = all(isinstance(x, int) and not isinstance(x, bool) for x in layers)
    if len(layers) != 2 or not whole or not 0 <= layers[0] <= layers[1] < num_ws:
        raise StudioError(
            f"There are no layers {' to '.join(map(str, layers))}; they go from 0 to {num_ws - 1},"
            " the first no later than the last."
        )


def layers_text(layers: Layers) -> str:
    """What a list of edits says about them: nothing for all."""
    if layers is None:
        return ""
    first, last = layers
    return f", layer {first}" if first == last else f", layers {first} to {last}"
