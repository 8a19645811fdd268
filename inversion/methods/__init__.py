"""METHODS: every paper's algorithm as one row; a file holds the rows of one paper or family."""

from inversion.methods import (
    encoder,
    finetuned,
    ilo,
    overparam,
    pix2latent,
    placed,
    pti,
    sphinx,
    stylegan,
)
from inversion.methods.method import EFFORTS, Method
from models.errors import StudioError

METHODS: dict[str, Method] = {
    **pix2latent.ROWS,
    **placed.ROWS,
    **ilo.ROWS,
    **stylegan.ROWS,
    **overparam.ROWS,
    **finetuned.ROWS,
    **pti.ROWS,
    **sphinx.ROWS,
    **encoder.ROWS,
}

__all__ = ["EFFORTS", "METHODS", "Method", "find"]


def find(name: str) -> Method:
    """The row of METHODS. Raises StudioError, with the names there are, when there is none."""
    if name not in METHODS:
        raise StudioError(f"There is no method {name!r}; there are {', '.join(METHODS)}.")
    return METHODS[name]
