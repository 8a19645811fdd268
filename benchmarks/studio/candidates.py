"""What `defaults` and `defaults-restore` try: methods with main knobs, one seed or four."""

from __future__ import annotations

from inversion.presets import Preset

# Of StyleGAN2 and of BigGAN; what a model cannot serve is left out.
CANDIDATES: dict[str, Preset] = {
    "encoder": Preset("encoder", encoder=True),
    "z": Preset("z"),
    "z, 4 seeds": Preset("z", seeds=4),
    "z from the encoder": Preset("z", encoder=True),
    "z, fine-tuned": Preset("z, fine-tuned", encoder=True),
    "basincma": Preset("basincma"),
    "w": Preset("w"),
    "w+": Preset("w+"),
    "w+, rate 0.05": Preset("w+", settings={"adam.lr": 0.05}),
    "w+, 4 seeds": Preset("w+", seeds=4),
    "w+ from the encoder": Preset("encoder, w+", encoder=True),
    "w+, fine-tuned": Preset("w+, fine-tuned"),
    "w+ from the encoder, fine-tuned": Preset("w+, fine-tuned", encoder=True),
    "p-norm+": Preset("p-norm+"),
    "(w+, b)": Preset("(w+, b)"),
    "(w+, s, b)": Preset("(w+, s, b)"),
    "(w+, s, b) from the encoder": Preset("(w+, s, b)", encoder=True),
    "(w+, s, b), fine-tuned": Preset("(w+, s, b), fine-tuned"),
    "(w+, s, b) from the encoder, fine-tuned": Preset("(w+, s, b), fine-tuned", encoder=True),
    "ilo": Preset("ilo"),
    "bdinvert": Preset("bdinvert"),
    "pti": Preset("pti"),
}
# What `defaults-restore` tries, with as many seeds as Restore shows. None begins at an encoder,
# which has never seen what is degraded.
RESTORERS: dict[str, Preset] = {
    "z": Preset("z", seeds=4),
    "w+": Preset("w+", seeds=4),
    "p-norm+": Preset("p-norm+", seeds=4),
    "(w+, b)": Preset("(w+, b)", seeds=4),
    "(w+, s, b)": Preset("(w+, s, b)", seeds=4),
    "ilo": Preset("ilo", seeds=4),
    "bdinvert": Preset("bdinvert", seeds=4),
    "w+, fine-tuned": Preset("w+, fine-tuned", seeds=4),
}
# Part of these answers lies in noise, content or maps, which a direction of w does not move.
NOT_EDITABLE = {"(w+, b)", "(w+, s, b)", "(w+, s, b), fine-tuned", "ilo", "bdinvert"}
