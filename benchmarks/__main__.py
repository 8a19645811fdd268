"""`python -m benchmarks [NAME] [options]`; without a name, every benchmark at its own defaults."""

import sys
from collections.abc import Callable, Sequence

from benchmarks.ilo import restoration
from benchmarks.overparam import figures, inversion_error, midpoints, training
from benchmarks.pix2latent import (
    batch,
    classes,
    encoder_start,
    moved_objects,
    outer_inner_ratio,
    refined_or_asked,
    searches,
    stylegan_z,
    tuning_aim,
    tuning_strength,
)
from benchmarks.sphinx import discovery, edits, out_of_domain, recovery, robustness
from benchmarks.studio import (
    defaults,
    defaults_restore,
    editing,
    first_run,
    generator,
    live,
    projection,
)
from models.errors import StudioError

BENCHMARKS: dict[str, Callable[[Sequence[str]], None]] = {
    "generator": generator.main,
    "defaults": defaults.main,
    "defaults-restore": defaults_restore.main,
    "first-run": first_run.main,
    "projection": projection.main,
    "editing": editing.main,
    "live": live.main,
    "restoration": restoration.main,
    "moved": moved_objects.main,
    "batch": batch.main,
    "encoder-start": encoder_start.main,
    "searches": searches.main,
    "ratio": outer_inner_ratio.main,
    "tell": refined_or_asked.main,
    "classes": classes.main,
    "strength": tuning_strength.main,
    "tuning-aim": tuning_aim.main,
    "stylegan-z": stylegan_z.main,
    "overparam": inversion_error.main,
    "overparam-midpoints": midpoints.main,
    "overparam-figures": figures.main,
    "overparam-training": training.main,
    "out-of-domain": out_of_domain.main,
    "recovery": recovery.main,
    "robustness": robustness.main,
    "discovery": discovery.main,
    "sphinx-edits": edits.main,
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
