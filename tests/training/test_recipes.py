"""The commands that the documentation prints train what it says they do."""

import json
import math
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.generators.overparam import Overparameterized
from models.readers import native
from tests.training.gan.toy import Toy
from training.gan import command as gan
from training.gan.trainer import Trainer

ROOT = Path(__file__).parents[2]
TINY = {"channels": "4,4,4", "z_dim": 6, "w_dim": 6, "batch": 4, "bfloat16": False}
STEPS = 36


def commands(text: str) -> list[list[str]]:
    """The arguments of every `-m training gan` that the text prints."""
    joined = re.sub(r"\\\n\s*", "", text)
    found = re.findall(r"^ *(?:python|torchrun \S+) -m training gan (--.*)$", joined, re.MULTILINE)
    return [shlex.split(line) for line in found]


DOCUMENT = commands((ROOT / "docs" / "overparameterization.md").read_text())
SCRIPT = commands(gan.__doc__ or "")
RECIPES = DOCUMENT + [line for line in SCRIPT if line not in DOCUMENT]
FFHQ = next(line for line in DOCUMENT if "ffhq" in line)


def test_the_document_prints_both_twins_and_the_script_the_same() -> None:
    assert len(DOCUMENT) == 3 and len(SCRIPT) == 3 and SCRIPT[1:] == DOCUMENT[:2]
    (baseline, one), (overparam, other) = map(gan.options, DOCUMENT[:2])
    assert replace(baseline, rows=0) == overparam
    assert one.images == other.images and one.minutes == other.minutes == math.inf


def test_a_clock_only_where_nothing_else_ends_a_training() -> None:
    for given, minutes in (
        ([], 100.0),
        (["--images", "5"], math.inf),
        (["--images", "5", "--minutes", "3"], 3.0),
    ):
        assert gan.options(given)[1].minutes == minutes


@pytest.mark.slow
@pytest.mark.parametrize("command", RECIPES, ids=" ".join)
def test_every_term_takes_part_after_the_warm_start(command: list[str]) -> None:
    """The same schedule in few steps of a toy."""
    told, given = gan.options(command)
    images, warm = given.images or 2 * told.warm_images, told.warm_images if told.paired else 0
    assert warm < images
    settings = replace(told, **TINY, warm_images=round(4 * STEPS * warm / images))
    model = Trainer(settings, Toy(), "cpu")
    seen = ["path" in model.step() for _ in range(STEPS)]
    assert any(seen) and not any(seen[: settings.warm_images // 4])

    G = model.generator
    many = G.sample_z(4000, torch.Generator().manual_seed(0))
    free = model.batches.styles(G, many[:32], paired=0, progress=1.0)
    assert model.batches.draw(progress=1.0)[2] < model.share and (free != free[:, :1]).any(), (
        "styles mix"
    )
    if isinstance(G, Overparameterized):
        rows = G.latents(model.batches.correlated(many, progress=1.0))[:, :, 0]
        found = torch.corrcoef(rows.T)[~torch.eye(G.rows, dtype=torch.bool)]
        assert (found - 0.5).abs().max() < 0.05


@pytest.mark.slow
def test_the_command_for_faces_runs_on_two_processes(tmp_path: Path) -> None:
    pictures, out = tmp_path / "ffhq", tmp_path / "out"
    pictures.mkdir()
    rng = np.random.default_rng(0)
    for i in range(12):
        pixels = rng.integers(256, size=(20, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(pictures / f"{i}.png")
    smaller = (
        f"--data {pictures} --out {out} --resolution 16 --channels 4,4,4 --z-dim 6 --w-dim 6 "
        "--batch 8 --images 48 --frechet-images 8 --device cpu"
    )
    launch = "-m torch.distributed.run --standalone --nproc-per-node=2 -m training gan"
    done = subprocess.run(
        [sys.executable, *launch.split(), *FFHQ, *shlex.split(smaller)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    state = torch.load(out / "checkpoint.pt", weights_only=True)
    assert state["images"] == 48 and state["path_mean"] > 0, "path lengths were penalised"
    logged = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert logged == [json.loads((out / "best.json").read_text())]
    G = native.load(out / "best.safetensors")
    assert isinstance(G, Overparameterized) and G.rows == 4 and G.resolution == 16
