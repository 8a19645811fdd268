"""StyleGAN3 in a checkpoint, under NVIDIA's names, wherever it stands.

The file's own filters are compared with those that its settings make here, so that a network of
another schedule of frequencies is refused and not drawn wrong.
"""

import re
from typing import Any

import torch
from torch import Tensor

from models import assemble
from models.generators.stylegan3 import StyleGAN3
from models.readers import prefixes
from models.readers.contents import Contents, Fact
from models.readers.sentences import another

ANCHOR = re.compile(r"(.*?)synthesis\.input\.affine\.weight")
LAYER = re.compile(r"synthesis\.L(\d{1,2})_(\d{1,5})_(\d{1,5})\.weight")
FILTER = re.compile(r"(synthesis\.L\w+)\.(up_filter|down_filter)")
DENSE = re.compile(r"mapping\.fc\d+\.weight")
PUBLISHED = "Take one of NVIDIA's forms, StyleGAN3-T or -R."
NOT_XL = "mapping.embed_proj.weight"


def places(found: Contents) -> list[str]:
    """The prefix of every StyleGAN3 in the file, the one to draw first."""
    named = [anchor[1] for name in found.tensors if (anchor := ANCHOR.fullmatch(name))]
    named = [prefix for prefix in named if f"{prefix}{NOT_XL}" not in found.tensors]
    if "SuperresGenerator" in found.classes.values():
        return []
    return sorted(named, key=prefixes.rank)


def read(found: Contents, prefix: str, source: str, size: int) -> StyleGAN3:
    """The generator at that place, float32; `size` is that of the file in bytes.

    Raises StudioError if it is not strictly a StyleGAN3: every key used, every key filled, every
    filter the same.
    """
    tensors = {name: x for name, x in found.tensors.items() if name.startswith(prefix)}
    names = {name.removeprefix(prefix): name for name in tensors}
    filters = {here: tensors.pop(full) for here, full in names.items() if FILTER.fullmatch(here)}
    ours = {here: tensors[full] for here, full in names.items() if full in tensors}
    settings = _settings(ours, filters, prefixes.facts_under(found, prefix), source)
    notes = [*prefixes.unaveraged(prefix)]
    average = prefixes.average(found, prefix, settings["w_dim"])
    for name in prefixes.AVERAGES:
        tensors.pop(names.pop(name, ""), None)
    if average is None:
        tensors["mapping.w_avg"] = torch.zeros(settings["w_dim"])
    else:
        names["mapping.w_avg"], tensors[average[0]] = average
    model = assemble.generator(StyleGAN3, settings, tensors, names, source, size)
    _check(model, filters, source)
    if not filters:
        notes.append("The file has no filters; those of the published networks were made.")
    if average is None:
        model.mapping.w_avg.copy_(model.w_statistics()[0])
        notes.append("The file has no mean of w; it was computed from 10 000 samples.")
    model.notes = tuple(notes)
    return model


def _settings(
    ours: dict[str, Tensor], filters: dict[str, Tensor], facts: dict[str, Fact], source: str
) -> dict[str, Any]:
    """The constructor's arguments, by the shapes, and by what the file says beside them."""

    def shape(name: str) -> torch.Size:
        if name not in ours or ours[name].ndim < 2:
            raise another(source, f"no whole StyleGAN3: it lacks {name!r}", "Get the file again.")
        return ours[name].shape

    def said(name: str, otherwise: float) -> float:
        for place in (
            f"synthesis.{name}",
            f"synthesis._init_kwargs.{name}",
            f"_init_kwargs.{name}",
        ):
            value = facts.get(place)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return value
        return otherwise

    layers = sorted((int(m[1]), int(m[2]), name) for name in ours if (m := LAYER.fullmatch(name)))
    if [k for k, _, _ in layers] != list(range(len(layers))) or len(layers) < 3:
        raise another(source, "no whole StyleGAN3: layers are missing", "Get the file again.")
    *hidden, torgb = (shape(name) for _, _, name in layers)
    if torgb[0] != 3:
        raise another(source, f"a StyleGAN3 of pictures with {torgb[0]} channels", PUBLISHED)
    embed = "mapping.embed.weight" in ours
    w_dim = shape("synthesis.input.affine.weight")[1]
    kernel = hidden[0][-1]
    radial = any(x.ndim == 2 for x in filters.values()) if filters else kernel == 1
    settings: dict[str, Any] = {
        "resolution": layers[-1][1],
        "z_dim": shape("mapping.fc0.weight")[1] - (w_dim if embed else 0),
        "w_dim": w_dim,
        "kernel": kernel,
        "radial": radial,
        "channels": [width[0] for width in hidden],
        "critical": int(said("num_critical", 2)),
        "mapping_layers": sum(DENSE.fullmatch(name) is not None for name in ours),
        "class_dim": shape("mapping.embed.weight")[1] if embed else 0,
        "first_cutoff": float(said("first_cutoff", 2.0)),
        "first_stopband": float(said("first_stopband", 2**2.1)),
        "last_stopband_rel": float(said("last_stopband_rel", 2**0.3)),
        "output_scale": float(said("output_scale", 0.25)),
    }
    if (lr := prefixes.rate(facts.get("mapping.fc0.bias_gain"))) is not None:
        settings["mapping_lr"] = lr
    try:
        with torch.device("meta"):
            made = {name.rpartition(".")[0] for name in StyleGAN3(**settings).state_dict()}
    except ValueError as error:
        raise another(source, f"a StyleGAN3 that cannot be built ({error})", PUBLISHED) from None
    if missing := [name for _, _, name in layers if name.rpartition(".")[0] not in made]:
        noun = f"a StyleGAN3 of another schedule of frequencies (it has {missing[0]!r})"
        raise another(source, noun, PUBLISHED)
    return settings


def _check(model: StyleGAN3, filters: dict[str, Tensor], source: str) -> None:
    own = dict(model.named_buffers())
    for name, kernel in filters.items():
        mine = own.get(name)
        if (
            mine is None
            or mine.shape != kernel.shape
            or not torch.allclose(mine, kernel.float(), atol=1e-5)
        ):
            raise another(source, f"a StyleGAN3 with other filters ({name!r})", PUBLISHED)
