"""The page: `python app.py`, then http://127.0.0.1:7860.

GRADIO_SERVER_PORT and GRADIO_SERVER_NAME choose another address. On a ZeroGPU Space, where the
`spaces` package is installed, every run borrows a GPU for at most two minutes and ends a little
before that with its best so far; elsewhere the package is not needed.
"""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# A thread that waits must not spin: with the visitor's browser on the same two cores, runs that
# take seconds took minutes.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

try:
    import spaces  # must come before anything that touches CUDA
except ImportError:
    spaces = None

import threading

from studio.session_files import use_private_tempdir
from ui import LAUNCH, Studio, build

ZERO_GPU_SECONDS = 120

use_private_tempdir()
if spaces:
    studio = Studio(budget=ZERO_GPU_SECONDS - 20, borrow=spaces.GPU(duration=ZERO_GPU_SECONDS))
else:
    studio = Studio()
demo = build(studio)

if __name__ == "__main__":
    threading.Thread(target=studio.warm, daemon=True).start()
    demo.launch(**LAUNCH)
