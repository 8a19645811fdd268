"""What libraries read from the environment when they are imported; hence imported before them.

Whoever sets one of these variables is obeyed.
"""

import os
import sys

from models.errors import StudioError
from models.weights import proxies

# Gradio and the Hub's client call home otherwise.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# A thread that waits must not spin: with the visitor's browser on the same two cores, runs that
# take seconds took minutes.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Gradio asks its own server whether it is there, and would ask a proxy.
try:
    proxies.tidy()
except StudioError as error:
    sys.exit(str(error))
