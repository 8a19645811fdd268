"""The page. `build(studio)` returns Gradio Blocks; `LAUNCH` is how they are launched.

One file a tab (project, about), one a card (picture, settings, stage); studio runs the jobs.
"""

import studio.environment  # noqa: F401  before any library reads it
from studio.runs import Studio
from ui.page import LAUNCH, build

__all__ = ["LAUNCH", "Studio", "build"]
