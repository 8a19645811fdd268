"""What the catalog says of a file of weights, and where that file is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EMBEDDED = Path(__file__).parents[1] / "embedded"

Kind = Literal["generator", "encoder", "estimator", "perceptual", "detector", "directions"]


@dataclass(frozen=True)
class Checkpoint:
    """A file of weights, and where it is.

    name        what `models.load` takes
    title       what the page shows, its resolution beside it
    use         what it is for, one sentence
    kind        which part of the project reads it
    licence     as its page shows it
    repository  on the Hub, "owner/name", or "spaces/owner/name"; empty for an embedded file
    file        path inside the repository, or inside models/embedded/
    revision    commit, tag or branch of the repository
    sha256      of the file, lower-case hex; None: recorded at the first download
    size        bytes; None: not known before the first download
    resolution  pixels a side of what it draws; None where that means nothing
    generators  names of the rows that an encoder, estimator or directions serve; the first is the
                one they were made for
    beside      names of other files that belong to it, in the same folder of the repository
    frame       (h, w) in pixels of the pictures that it was trained on, if they stood between
                black bars in the square; None if they filled it
    box         where its objects sit on average: centre x, y, width and height in parts of the
                frame, x to the right, y down; None if not measured
    """

    name: str
    title: str
    use: str
    kind: Kind
    licence: str
    repository: str
    file: str
    revision: str = "main"
    sha256: str | None = None
    size: int | None = None
    resolution: int | None = None
    generators: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    frame: tuple[int, int] | None = None
    box: tuple[float, float, float, float] | None = None

    @property
    def embedded(self) -> Path | None:
        """Where the file is, if it ships with this project."""
        return None if self.repository else EMBEDDED / self.file
