"""What a file is, by its first bytes: a name can lie, and a web page can be saved as weights."""

import zipfile
from enum import Enum
from pathlib import Path

from models.errors import StudioError

HEAD = 512  # bytes that tell the formats apart

# torch.save before 1.6 begins with this number, pickled
TORCH_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"

AGAIN = "Delete it and download the file itself."
PICTURE = "a picture", "Give it as the picture, and a checkpoint as the model."
UNPACK = "Unpack it, and give the checkpoint that is in it."
MAGIC: dict[bytes, tuple[str, str]] = {
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"II*\x00": PICTURE,
    b"MM\x00*": PICTURE,
    b"BM": PICTURE,
    b"\x93NUMPY": (
        "an array of numpy's (.npy), such as latents or a direction",
        "Give the checkpoint of the generator.",
    ),
    b"\x89HDF": (
        "an HDF5 file, such as Keras writes",
        "Only PyTorch's and NVIDIA's checkpoints can be read.",
    ),
    b"GGUF": ("a language model (GGUF)", "Give a StyleGAN2 or BigGAN-deep checkpoint."),
    b"%PDF": ("a PDF document", AGAIN),
    b"\x1f\x8b": ("a gzip archive", UNPACK),
    b"7z\xbc\xaf": ("a 7z archive", UNPACK),
    b"Rar!": ("a RAR archive", UNPACK),
    b"BZh": ("a bzip2 archive", UNPACK),
    b"\xfd7zXZ": ("an xz archive", UNPACK),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", UNPACK),
    b"\x7fELF": ("a program", "Give the checkpoint of the generator."),
    b"MZ": ("a program", "Give the checkpoint of the generator."),
}


class Format(Enum):
    """What a checkpoint is, by its content."""

    TORCH_ZIP = "torch.save"
    TORCH_LEGACY = "torch.save before 1.6"
    PICKLE = "pickle"
    SAFETENSORS = "safetensors"
    UNKNOWN = "unknown"


def sniff(path: Path) -> Format:
    """The format of a checkpoint.

    Raises StudioError if it cannot be opened, or is a web page, a Git LFS pointer or another thing
    that is saved in place of weights.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError:
        raise StudioError(f"There is no file {path}. Check the path.") from None
    except OSError as error:
        raise StudioError(f"{path} cannot be read: {error.strerror}.") from error
    if not_weights := impostor(head):
        raise StudioError(f"{path} holds no weights: it is {not_weights}")
    if other := foreign(head):
        raise StudioError(f"{path} holds no weights that can be read: it is {other}")
    if head.startswith(b"PK\x03\x04"):
        return Format.TORCH_ZIP
    if head[:1] == b"\x80" and head[1:2] in b"\x01\x02\x03\x04\x05":
        return Format.TORCH_LEGACY if head[2:].startswith(TORCH_MAGIC) else Format.PICKLE
    if head[8:9] == b"{":
        return Format.SAFETENSORS
    return Format.UNKNOWN


def impostor(head: bytes) -> str | None:
    """What a file that begins with `head` is instead of weights, as the end of a sentence."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "empty. Delete it and download it again."
    if not head.strip(b"\0"):
        return "filled with zeros, as a download is that never came. Download it again."
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<script", b"<!--")):
        return (
            "a web page, for example a sign-in, quota or error page saved under the file's name."
            " Delete it and download the file itself."
        )
    if text.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer. Fetch the file that it points to (git lfs pull)."
    if text.startswith((b'{"error', b'{"message', b"access denied", b"not found", b"entry not")):
        return "an error message that a server sent. Delete it and download it again."
    if head[257:262] == b"ustar":
        return (
            "a tar archive. Unpack it and give the checkpoint that is in it; if PyTorch before 0.4"
            " saved it, save it again with a newer PyTorch."
        )
    return None


def foreign(head: bytes) -> str | None:
    """What a whole file of another kind is, by its first bytes, as the end of a sentence."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return f"{PICTURE[0]}. {PICTURE[1]}"
    if head[4:8] == b"ftyp":
        return "a video or a picture. Give a checkpoint as the model."
    for magic, (noun, advice) in MAGIC.items():
        if head.startswith(magic) and head[8:9] != b"{":  # a safetensors file begins with a number
            return f"{noun}. {advice}"
    return None


def other_archive(path: Path) -> tuple[str, str] | None:
    """What a zip archive is if torch.save did not write it, and what to do; None if it did.

    Raises zipfile.BadZipFile for one that is cut short.
    """
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    inside = [name.split("/")[1:] for name in names]
    if ["constants.pkl"] in inside or any(parts[:1] == ["code"] for parts in inside):
        return (
            "a TorchScript program, which would have to be run",
            "Get the checkpoint that it was made from.",
        )
    if ["data.pkl"] in inside:
        return None
    suffixes = {Path(name).suffix.lower() for name in names}
    if suffixes == {".npy"}:
        return (
            "a file of numpy arrays (.npz), such as latents",
            "Give the checkpoint of the generator.",
        )
    if suffixes & {".png", ".jpg", ".jpeg", ".webp", ".bmp"}:
        return "a zip archive of pictures, such as a data set", "Give a checkpoint as the model."
    weights = [n for n in names if Path(n).suffix in (".pt", ".pth", ".pkl", ".bin", ".ckpt")]
    found = f" ({Path(weights[0]).name})" if weights else ""
    return (
        "a zip archive that torch did not write",
        f"Unpack it, and give the checkpoint that is in it{found}.",
    )
