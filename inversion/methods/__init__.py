"""METHODS: every paper's algorithm as one row; a file holds the rows of one paper or family.

    METHODS["ilo"].knobs()                                  what can be turned, in which range
    METHODS["w+"].configure({"adam.steps": 100})            another row, turned
    Method(title=..., latents=WPlus(), losses=(MSE(),), priors=(), solver=Adam(), ...)

`inversion.solve` takes a row or its name. Parts come from `inversion.latents`, `.losses`, `.priors`
and `.solvers`.
"""

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
from inversion.methods.method import EFFORTS, Method, seconds_of
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

__all__ = ["EFFORTS", "METHODS", "Method", "find", "seconds_of"]


def find(name: str) -> Method:
    """The row of METHODS. Raises StudioError, with the names there are, when there is none."""
    if name not in METHODS:
        raise StudioError(f"There is no method {name!r}; there are {', '.join(METHODS)}.")
    return METHODS[name]
