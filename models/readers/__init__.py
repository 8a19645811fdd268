"""Checkpoint files of every format that this project reads, told apart by their content.

read(path)                   this project's .safetensors, rosinality's .pt, NVIDIA's .pkl, a
                             folder with BigGAN's config.json and pytorch_model.bin -> Generator
save(G, path, name=..., licence=...)        this project's .safetensors
sniff(path)                                 which `Format` a file has, by its first bytes
"""

from pathlib import Path

from models.errors import StudioError
from models.generators.generator import Generator, Identity
from models.readers import biggan, native, nvidia, rosinality
from models.readers.native import save
from models.readers.sniff import Format, sniff
from models.tensor_file import sha256

__all__ = ["Format", "read", "save", "sniff"]

PUBLISHED = {
    Format.TORCH_ZIP: rosinality.read,
    Format.TORCH_LEGACY: rosinality.read,
    Format.PICKLE: nvidia.read,
}


def read(path: str | Path) -> Generator:
    """The generator in a file or folder, float32 on the CPU, in evaluation mode, its weights fixed.

    Raises StudioError, in a sentence each, if the file is missing, is something else than weights,
    is cut short, asks for more than weights need, or does not fill its network exactly.
    """
    path = Path(path)
    if path.is_dir():
        return _identified(biggan.read(path), path, path / biggan.WEIGHTS)
    form = sniff(path)
    if form is Format.SAFETENSORS:
        return native.load(path)
    if form not in PUBLISHED:
        raise StudioError(
            f"{path} is in no format that can be read here: rosinality's .pt, NVIDIA's .pkl or this"
            " project's .safetensors."
        )
    return _identified(PUBLISHED[form](path), path, path)


def _identified(model: Generator, path: Path, weights: Path) -> Generator:
    model.identity = Identity(
        name=path.stem,
        architecture=native.architecture(model),
        sha256=sha256(weights),
        licence="not stated in the file",
    )
    return model.requires_grad_(False).eval()
