"""The page. `build(studio)` returns Gradio Blocks; `LAUNCH` is how they are launched.

A folder a tab (`project`, `restore`, `edit`), one of endpoints (`api`), one of what the tabs share
(`components`) and one of what is drawn as HTML (`templates`). `arrival.py` is what a page opens
with, `address.py` what its address tells. The jobs are run by `studio`.
"""

import studio.environment  # noqa: F401  before any library reads it
import ui.quick_gradio  # noqa: F401  before any file of the page imports Gradio
from studio.runs import Studio
from ui.page import LAUNCH, build

__all__ = ["LAUNCH", "Studio", "build"]
