"""How weights arrive: the catalog, and from the Hub by pinned revision and checked sha256.

    CATALOG["ffhq-1024"]                one row, a `Checkpoint`: what it is, whose, where it lies
    hub.fetch(row, progress)            its file, downloaded once (`from models.weights import hub`)

`models.load` does both. The Hub's client is imported with `hub`, not before.
"""

from models.weights.catalog import CATALOG
from models.weights.checkpoint import Checkpoint

__all__ = ["CATALOG", "Checkpoint"]
