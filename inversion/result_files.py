"""The files of an answer: the one writer that page, endpoints and command line have."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inversion.editing import listed
from inversion.exchange.export import write_projected_w
from inversion.pictures.images import Crop, Picture, png
from inversion.result import Inversion


@dataclass(frozen=True)
class Names:
    """How files are called; a picture's name is told its rank, from 1, and its seed."""

    result: str = "result.safetensors"
    about: str = "settings.json"
    picture: str = "rank-{rank}-seed-{seed}.png"


FOUND = Names()
EDITED = Names(about="edits.json")
EDITED_ALONE = Names("edited.safetensors", "edited.json", "edited.png")  # of one answer


@dataclass(frozen=True, eq=False)
class AnswerFiles:
    """The files of one answer; each is written when it is asked for, and its path returned.

    result    the Inversion; pictures are what it draws, uint8 [n, H, W, 3]
    folder    where they are written; made if need be
    crop      how the target was cut out, noted among the settings
    """

    result: Inversion
    pictures: NDArray[np.uint8]
    folder: Path
    crop: Crop | None = None
    names: Names = FOUND

    def saved(self) -> Path:
        """The result itself (.safetensors), which opens again."""
        path = self._path(self.names.result)
        self.result.save(path)
        return path

    def about(self) -> Path:
        """All but the tensors as JSON; under "what", the edits in words."""
        about = self.result.header()
        about |= {} if self.crop is None else {"crop": asdict(self.crop)}
        about |= {"what": listed(self.result.edits)} if self.result.edits else {}
        path = self._path(self.names.about)
        path.write_text(json.dumps(about, indent=2) + "\n")
        return path

    def picture(self, row: int = 0) -> Path:
        """What that answer draws (PNG), 0 being the best."""
        return self._drawn(self._name(row), self.pictures[row])

    def codes(self, row: int = 0) -> Path:
        """That answer's w+ as found, as NVIDIA's programs read it (projected_w.npz)."""
        path = self._path("projected_w.npz")
        write_projected_w(self.result.codes.ws[row : row + 1], path)
        return path

    def known_pixels(self, row: int = 0) -> Path | None:
        """The same with the known pixels as they were given; None where nothing tells them."""
        measured = self.result.measurement
        kept = None if measured is None else measured.put_back(self.pictures[row : row + 1])
        if kept is None:
            return None
        return self._drawn(self._name(row).replace(".png", "-known-pixels.png"), kept[0])

    def target(self) -> Path:
        """The picture that was asked for (PNG)."""
        return self._drawn("target.png", self.result.target)

    def measurement(self) -> Path | None:
        """What a restoration began with (.safetensors), which can be restored again."""
        if self.result.measurement is None:
            return None
        path = self._path("measurement.safetensors")
        self.result.measurement.save(path)
        return path

    def degraded(self) -> Path | None:
        """What a restoration's measurement looks like (PNG)."""
        measured = self.result.measurement
        return None if measured is None else self._drawn("degraded.png", measured.picture())

    def all(self) -> None:
        """Every one of them; pictures of every seed."""
        for each in (self.saved, self.about, self.target, self.measurement, self.degraded):
            each()
        for row in range(len(self.result)):
            self.picture(row)
            self.known_pixels(row)

    def _name(self, row: int) -> str:
        return self.names.picture.format(rank=row + 1, seed=self.result.seeds[row])

    def _path(self, name: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def _drawn(self, name: str, picture: Picture) -> Path:
        path = self._path(name)
        path.write_bytes(png(picture))
        return path
