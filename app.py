"""The page of a clone and of a Space: `python app.py`, then http://127.0.0.1:7860.

GRADIO_SERVER_PORT and GRADIO_SERVER_NAME choose another address. On a ZeroGPU Space, where the
`spaces` package is installed, every run borrows a GPU for at most two minutes and ends a little
before that with its best so far; elsewhere the package is not needed.
"""

import studio.environment  # noqa: F401  before any library reads it

try:
    import spaces  # must come before anything that touches CUDA
except ImportError:
    spaces = None

from studio.session_files import use_private_tempdir
from ui import Studio, build
from ui.launch import launch

ZERO_GPU_SECONDS = 120

use_private_tempdir()
if spaces:
    engine = Studio(budget=ZERO_GPU_SECONDS - 20, borrow=spaces.GPU(duration=ZERO_GPU_SECONDS))
else:
    engine = Studio()
demo = build(engine)

if __name__ == "__main__":
    launch(demo, engine)
