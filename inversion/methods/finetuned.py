"""pix2latent's last step (Huh et al. 2020, appendix A): the generator's weights follow the picture
that the search could not reach."""

from dataclasses import replace

from inversion.methods import pix2latent
from inversion.tuning.problem import Tuning

SUMMARIES = {
    "z": "A plausible z, then weights that follow the picture; the best seed alone.",
    "basincma": "The most reliable z, then weights that follow the picture; the best seed alone.",
}
ROWS = {
    f"{name}, fine-tuned": replace(
        pix2latent.ROWS[name],
        title=f"{pix2latent.ROWS[name].title}, fine-tuned",
        summary=summary,
        tuning=Tuning(),
    )
    for name, summary in SUMMARIES.items()
}
