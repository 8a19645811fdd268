"""The example pictures, by name, and one that is projected already: in `assets/` beside this
package in a clone, within it when installed."""

from functools import cache
from pathlib import Path

import numpy as np

from inversion import Inversion
from inversion.pictures.images import Crop, read
from studio.messages import Outcome

_HERE = Path(__file__).parent
ASSETS = next(
    (path for path in (_HERE / "assets", _HERE.parent / "assets") if path.is_dir()), _HERE
)
NAMES = {
    "avatars/cat.png": "Cat with glasses",
    "avatars/human.png": "Rosy cheeks",
    "avatars/curls.png": "Curls",
    "avatars/fox.png": "Fox with glasses",
    "avatars/frog.png": "Laughing frog",
    "avatars/owl.png": "Owl with glasses",
    "moved/human-rotated-20.png": "Head tilted",
    "moved/fox-shifted.png": "Fox, off centre",
    "moved/alien-scaled.png": "Alien, far away",
    "photos/astronaut.jpg": "Astronaut (photo)",
    "photos/chelsea.jpg": "Cat (photo)",
    "photos/coffee.jpg": "Coffee (photo)",
}
EXAMPLES = {ASSETS / file: name for file, name in NAMES.items() if (ASSETS / file).is_file()}
READY, READY_PHOTO = ASSETS / "ready", ASSETS / "avatars" / "human.png"


@cache
def ready() -> Outcome | None:
    """An answer to look at before anything is asked: read from files, no model is needed. None
    where they are missing. `assets/README.md` says how they are made."""
    file = READY / "result.safetensors"
    if not file.is_file() or not READY_PHOTO.is_file():
        return None
    result = Inversion.load(file)
    drawn = [read(READY / f"rank-{k}-seed-{s}.png") for k, s in enumerate(result.seeds, 1)]
    photo = read(READY_PHOTO)
    return Outcome(result, np.stack(drawn), "An example.", photo=photo, crop=Crop())
