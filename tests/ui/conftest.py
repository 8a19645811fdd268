import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PHOTO = Path(__file__).resolve().parents[2] / "assets" / "photos" / "astronaut.jpg"


@pytest.fixture
def photo() -> np.ndarray:
    with Image.open(PHOTO) as image:
        return np.asarray(image.convert("RGB"))
