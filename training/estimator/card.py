"""The model card of the attribute estimator."""

from collections.abc import Mapping

from models.encoders.estimator import Estimator

READABLE = 0.3  # of the variance: an attribute that is read less than this is mostly guessed


def card(estimator: Estimator, record: Mapping[str, int], size: int) -> str:
    """The card in Markdown; `size` of the file in bytes."""
    rows = sorted(estimator.readings, key=lambda r: -r.score)
    table = "\n".join(f"| {r.name} | {r.kind} | {r.std:.3g} | {r.score:.2f} |" for r in rows)
    weak = ", ".join(r.name for r in rows if r.score < READABLE) or "none"
    return f"""# {estimator.identity.name}
Reads the attributes of a toy portrait, so that editing directions can be found and measured.

| | |
|---|---|
| file | `{estimator.identity.name}.safetensors`, half precision, {size / 1e6:.1f} MB |
| network | {estimator.size} px in, folded 2 x 2; residual, group normalisation, \
blocks of {", ".join(map(str, estimator.widths))} maps that halve it; one linear layer |
| use | `from models import load_estimator; load_estimator("avatars")` |
| licence | {estimator.identity.licence} |

## Training
`python -m training estimator`: {record["pictures"]:,} looks at {record["distinct"]:,} rendered
avatars, whose attributes are known; squared error of standardised numbers, cross-entropy of glasses
and of the species; half mirrored, a part blurred. No photo was used.

## How well it reads
The part of each attribute's variance that it reads of held-out renderings, 1 - MSE/variance: 1 is
all, 0 no more than the mean. The spread is in the attribute's own units (degrees, factors,
probabilities). An attribute that some avatars do not show (the hue of glasses that are not worn,
the style of a frog's hair) cannot be read of those, and its score says so.

| attribute | kind | spread | score |
|---|---|---:|---:|
{table}

**Limits.** Mostly guessed: {weak}. It has seen renderings; a generator's pictures are softer, and
of pictures that are no avatars it says nothing. Being the mean of what an attribute may be, its
readings spread less than the attribute does.
"""
