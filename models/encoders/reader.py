"""Encoders in files: this project's own .safetensors, and what e4e and pSp were released as.

A released file is what `torch.save` made of {state_dict, latent_avg, opts}. Its state_dict holds
the encoder (`encoder.*`, every key of which must fill its place) beside the generator that it was
trained with (`decoder.*`) and, in some, the pooling and losses of the training, which are left. The
options are a dict or an argparse.Namespace; of them only the kind of encoder is read.
"""

import json
import re
from pathlib import Path
from typing import Any

from torch import Tensor

from models import assemble
from models.encoders import residual
from models.encoders.encoder import Encoder
from models.encoders.published import Kind, PublishedEncoder
from models.errors import StudioError
from models.generators.generator import Identity
from models.network_file import Weights
from models.readers.pickles.values import Opaque
from models.readers.sniff import Format, sniff
from models.readers.unpickle import read_data
from models.tensor_file import sha256

COUNTER = "num_batches_tracked"  # of batch normalisation: no weight
KINDS: dict[str, Kind] = {"Encoder4Editing": "e4e", "GradualStyleEncoder": "psp"}


def read(path: str | Path) -> Encoder:
    """The encoder in a file, float32 on the CPU, in evaluation mode, its weights fixed.

    Raises StudioError, in a sentence each, if the file is missing, no encoder, cut short, asks for
    more than tensors, or does not fill its network exactly.
    """
    path = Path(path)
    form = sniff(path)
    if form is Format.SAFETENSORS:
        return residual.load(path)
    if form not in (Format.TORCH_ZIP, Format.TORCH_LEGACY):
        raise StudioError(
            f"{path} is no encoder that can be read here: e4e's or pSp's .pt, or this project's"
            " .safetensors."
        )
    encoder = published(path)
    encoder.identity = Identity(
        name=path.stem,
        architecture=json.dumps({"class": "published-encoder", **encoder.settings}),
        sha256=sha256(path),
        licence="not stated in the file",
    )
    return encoder.requires_grad_(False).eval()


def published(path: Path) -> PublishedEncoder:
    """The encoder of a file that e4e's or pSp's training wrote."""
    source = path.name
    file = read_data(path)
    file = file if isinstance(file, dict) else {}
    weights = file.get("state_dict")
    if not isinstance(weights, dict):
        raise StudioError(
            f"{source} has no 'state_dict', where e4e and pSp have their weights: it is another"
            " kind of file."
        )
    found = {
        str(name).removeprefix("encoder."): tensor
        for name, tensor in weights.items()
        if str(name).startswith("encoder.") and not str(name).endswith(COUNTER)
    }
    found["latent_avg"] = file.get("latent_avg")
    for name, tensor in found.items():
        if not isinstance(tensor, Tensor):
            raise StudioError(f"{source}: {name!r} is not a tensor, and the encoder needs it.")
    settings = _settings(found, source) | {"kind": _kind(file.get("opts"), source)}
    average, shape = found["latent_avg"], (settings["num_ws"], settings["w_dim"])
    if average.ndim == 1 or len(average) == 1:  # one mean of w for all layers
        found["latent_avg"] = average.reshape(1, -1).repeat(shape[0], 1)
    size = path.stat().st_size
    encoder = assemble.generator(PublishedEncoder, settings, found, {}, source, size)
    encoder.for_generator = Weights("ffhq-1024" if shape == (18, 512) else "its decoder", "")
    return encoder


def _settings(tensors: dict[str, Tensor], source: str) -> dict[str, Any]:
    """The constructor's arguments, by the shapes."""
    first = tensors.get("styles.0.linear.weight")
    if first is None or first.ndim != 2:
        raise StudioError(f"{source} holds no encoder of e4e or pSp: it lacks 'encoder.styles.0'.")
    heads = sum(re.fullmatch(r"styles\.\d+\.linear\.weight", name) is not None for name in tensors)
    steps = sum(
        re.fullmatch(r"styles\.0\.convs\.\d+\.weight", name) is not None for name in tensors
    )
    return {"num_ws": heads, "w_dim": len(first), "size": 16 << min(steps, 8)}


def _kind(options: object, source: str) -> Kind:
    """What the options say, or, where they are missing, the name that the file was released by."""
    named = options.attributes if isinstance(options, Opaque) else options
    said = named.get("encoder_type") if isinstance(named, dict) else None
    if said is None and source[:3] in ("e4e", "psp"):
        return "e4e" if source.startswith("e4e") else "psp"
    if said not in KINDS:
        raise StudioError(
            f"{source} holds an encoder of the type {said!s:.40}; only Encoder4Editing (e4e) and"
            " GradualStyleEncoder (pSp) can be read."
        )
    return KINDS[str(said)]
