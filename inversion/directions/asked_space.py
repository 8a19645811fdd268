"""Whether a bare vector is of w or of z: told by its file, or asked; never assumed."""

from __future__ import annotations

import re

from torch import Tensor

from models.errors import StudioError
from models.generators.generator import Generator

OF_W = re.compile(r"(^|[_\-. ])(w|style)([_\-. ]|$)|stylespace|editing", re.IGNORECASE)
OF_Z = re.compile(r"(^|[_\-. ])z([_\-. ]|$)|boundary", re.IGNORECASE)


def asked(name: str, vector: Tensor, G: Generator, space: str | None = None) -> str:
    """The space of a vector [d] from the file of that name: what is said, or the one of that width;
    or by its name, as InterFaceGAN (age_boundary.npy is of z, age_w_boundary.npy of w) and GANSpace
    (…_style_…, …_w.npz: of w) have it. Raises StudioError where none tells.
    """
    if space is not None:
        return space
    if "w" not in G.spaces:
        return "z"
    if len(vector) == G.w_dim != G.z_dim:
        return "w"
    if len(vector) == G.z_dim != G.w_dim:
        return "z"
    if len(vector) != G.w_dim or OF_W.search(name):
        return "w"
    if OF_Z.search(name):
        return "z"
    raise StudioError(
        f"{name} does not say whether its direction is of w or of z, and both are"
        f" {G.w_dim} wide here. Say it: --space w or --space z; on the page, in the list beside."
    )
