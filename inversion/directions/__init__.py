"""Editing directions, found: by example, by components, from the weights alone, or published.

    supervised(G, load_estimator("avatars"))     a linear SVM for each attribute (InterFaceGAN)
    ganspace(G)                                  principal components of the code (GANSpace)
    sefa(G)                                      what the first layers are most sensitive to (SeFa)
    shipped(G, reader)                           those that lie beside an embedded generator
    read_published("smile.npy", G)               one that others published; read_directions: all

Each is a list of `inversion.edits.Direction`, or one; `Move` goes along it.
"""

from inversion.directions.ganspace import ganspace
from inversion.directions.published import numbered, of_catalog, read_directions, read_published
from inversion.directions.sefa import sefa
from inversion.directions.shipped import Found, find, shipped
from inversion.directions.supervised import supervised

__all__ = [
    "Found",
    "find",
    "ganspace",
    "numbered",
    "of_catalog",
    "read_directions",
    "read_published",
    "sefa",
    "shipped",
    "supervised",
]
