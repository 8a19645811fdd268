"""`python -m benchmarks [NAME] [options]`; without a name, every benchmark at its own defaults."""

import sys
from collections.abc import Callable, Sequence

from benchmarks import (
    batch,
    classes,
    discovery,
    editing,
    encoder_start,
    generator,
    live,
    moved,
    out_of_domain,
    overparam,
    overparam_figures,
    overparam_midpoints,
    overparam_training,
    projection,
    ratio,
    recovery,
    restoration,
    robustness,
    searches,
    sphinx_edits,
    strength,
    stylegan_z,
    tell,
)
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
