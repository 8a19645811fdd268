"""A search, then the generator's weights for its best seed: they follow the picture where the codes
could not (pix2latent, Huh et al. 2020, appendix A; PTI does so from w)."""

from dataclasses import replace

from inversion.methods import pix2latent, sphinx, stylegan
from inversion.solvers import Adam
from inversion.tuning.problem import Tuning

SEARCHES = {
    "z": pix2latent.ROWS["z"],
    "basincma": pix2latent.ROWS["basincma"],
    "w+": replace(stylegan.ROWS["w+"], solver=Adam(steps=300)),
    "(w+, s, b)": replace(sphinx.ROWS["(w+, s, b)"], solver=Adam(steps=300)),
}
SUMMARIES = {
    "z": "A plausible z, then weights that follow the picture; the best seed alone.",
    "basincma": "The most reliable z, then weights that follow the picture; the best seed alone.",
    "w+": "A style for each layer, then weights that draw the rest; near, and edits well.",
    "(w+, s, b)": "All that StyleGAN2 takes in, then its weights: the closest likeness there is.",
}
ROWS = {
    f"{name}, fine-tuned": replace(
        search,
        title=f"{search.title}, fine-tuned",
        summary=SUMMARIES[name],
        tuning=Tuning(),
    )
    for name, search in SEARCHES.items()
}
