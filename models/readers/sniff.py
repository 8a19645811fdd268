"""What a file is, by its first bytes: a name can lie, and a web page can be saved as weights."""

from enum import Enum
from pathlib import Path

from models.errors import StudioError

HEAD = 512  # bytes that tell the formats apart

# torch.save before 1.6 begins with this number, pickled
TORCH_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"


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
            "a tar archive, as PyTorch saved before version 0.4, and that format cannot be read"
            " safely. Save it again with a newer PyTorch."
        )
    return None
