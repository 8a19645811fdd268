"""`python -m benchmarks [NAME] [options]`; without a name, every benchmark at its own defaults."""

import sys
from collections.abc import Callable, Sequence

from benchmarks.ilo import restoration
from benchmarks.overparam import figures as overparam_figures
from benchmarks.overparam import inversion_error as overparam
from benchmarks.overparam import midpoints as overparam_midpoints
from benchmarks.overparam import training as overparam_training
from benchmarks.pix2latent import (
    batch,
    classes,
    encoder_start,
    moved,
    ratio,
    searches,
    strength,
    stylegan_z,
    tell,
)
from benchmarks.sphinx import discovery, out_of_domain, recovery, robustness
from benchmarks.sphinx import edits as sphinx_edits
from benchmarks.studio import editing, generator, live, projection
from models.errors import StudioError

BENCHMARKS: dict[str, Callable[[Sequence[str]], None]] = {
    "generator": generator.main,
    "projection": projection.main,
    "editing": editing.main,
    "live": live.main,
    "restoration": restoration.main,
    "moved": moved.main,
    "batch": batch.main,
    "encoder-start": encoder_start.main,
    "searches": searches.main,
    "ratio": ratio.main,
    "tell": tell.main,
    "classes": classes.main,
    "strength": strength.main,
    "stylegan-z": stylegan_z.main,
    "overparam": overparam.main,
    "overparam-midpoints": overparam_midpoints.main,
    "overparam-figures": overparam_figures.main,
    "overparam-training": overparam_training.main,
    "out-of-domain": out_of_domain.main,
    "recovery": recovery.main,
    "robustness": robustness.main,
    "discovery": discovery.main,
    "sphinx-edits": sphinx_edits.main,
}


def main(argv: Sequence[str]) -> int:
    name, *options = argv or ["all"]
    if name == "all":
        for benchmark in BENCHMARKS.values():
            benchmark(options)
    elif name in BENCHMARKS:
        BENCHMARKS[name](options)
    else:
        print(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}, all.")
        return 1
    return 0


try:
    sys.exit(main(sys.argv[1:]))
except StudioError as error:
    sys.exit(str(error))
