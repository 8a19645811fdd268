"""The example pictures: in `assets/` beside this package in a clone, within it when installed."""

from pathlib import Path

_HERE = Path(__file__).parent
ASSETS = next(
    (path for path in (_HERE / "assets", _HERE.parent / "assets") if path.is_dir()), _HERE
)
EXAMPLES = sorted(path for path in ASSETS.rglob("*") if path.suffix in {".png", ".jpg", ".webp"})
