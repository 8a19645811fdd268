"""The example pictures, by name: in `assets/` beside this package in a clone, within it when
installed."""

from pathlib import Path

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
