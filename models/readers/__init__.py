"""Checkpoint files of every format that this project reads, told apart by their content.

read(path)                   this project's .safetensors, what torch.save and pickle made of a
                             StyleGAN2 (rosinality's, NVIDIA's of PyTorch and TensorFlow) or a
                             StyleGAN3, whatever they are wrapped in, a folder with BigGAN's
                             config.json and pytorch_model.bin -> Generator
save(G, path, name=..., licence=...)        this project's .safetensors
sniff(path)                                 which `Format` a file has, by its first bytes
"""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from models.errors import StudioError
from models.generators.generator import Generator, Identity
from models.readers import biggan, identify, native, stylegan2, stylegan3, tensorflow
from models.readers.contents import Contents, Stored, contents
from models.readers.native import save
from models.readers.sniff import Format, sniff
from models.readers.unpickle import read_data
from models.tensor_file import STUDIO, sha256

__all__ = ["Format", "read", "save", "sniff"]


def read(path: str | Path) -> Generator:
    """The generator in a file or folder, float32 on the CPU, in evaluation mode, its weights fixed.

    Raises StudioError, in a sentence each, if the file is missing, is something else than weights,
    is cut short, would run code, holds another network, or does not fill its network exactly.
    """
    path = Path(path)
    if path.is_dir():
        return _identified(biggan.read(path), path, path / biggan.WEIGHTS)
    form = sniff(path)
    if form is Format.UNKNOWN:
        raise StudioError(
            f"{path} is in no format that can be read here: rosinality's .pt, NVIDIA's .pkl or this"
            " project's .safetensors."
        )
    if form is Format.SAFETENSORS:
        if not _foreign(path):
            return native.load(path)
        return _identified(_generator(Contents(Stored(path)), path), path, path)
    if path.name == biggan.WEIGHTS and (path.parent / biggan.CONFIG).is_file():
        return _identified(biggan.read(path.parent), path.parent, path)
    content = read_data(path)
    if networks := tensorflow.networks(content):
        found = tensorflow.read(networks, path.name)
    else:
        found = contents(content)
    return _identified(_generator(found, path), path, path)


def _generator(found: Contents, path: Path) -> Generator:
    size = path.stat().st_size
    if twos := stylegan2.places(found):
        return stylegan2.read(found, twos[0], path.name, size)
    if threes := stylegan3.places(found):
        return stylegan3.read(found, threes[0], path.name, size)
    raise identify.unknown(found, path.name)


def _foreign(path: Path) -> bool:
    """Whether a .safetensors file was written by another program."""
    try:
        with safe_open(path, "pt") as file:
            return not (file.metadata() or {}).get("format", "").startswith(STUDIO)
    except (SafetensorError, OSError):
        return False  # the reader of this project's own says what is wrong with it


def _identified(model: Generator, path: Path, weights: Path) -> Generator:
    model.identity = Identity(
        name=path.stem,
        architecture=native.architecture(model),
        sha256=sha256(weights),
        licence="not stated in the file",
    )
    return model.requires_grad_(False).eval()
