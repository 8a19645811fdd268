"""The one way in for pictures and masks: files, bytes, PIL images, arrays and tensors, decoded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, UnidentifiedImageError
from pillow_heif import register_heif_opener
from torch import Tensor

from inversion.pictures.colour_space import in_srgb, without_opacity
from inversion.pictures.levels import Range, Tell, layout, quiet, range_of, to_levels
from models.errors import StudioError
from models.readers.sniff import HEAD, impostor

register_heif_opener()

Picture = NDArray[np.uint8]  # [H, W, 3] RGB
Source = NDArray[Any] | Tensor | Image.Image | str | Path | bytes

MAX_SIDE = 12_000
MAX_PIXELS = 50_000_000
MIN_SIDE = 16
# Pillow reads more; what is left out runs other programs (EPS) or is no picture to project.
FORMATS = (
    "PNG", "JPEG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "DIB", "GIF", "JPEG2000", "PPM",
    "TGA", "ICO", "PSD",
)  # fmt: skip
MOVING = ("GIF", "WEBP", "PNG", "AVIF")  # of these formats, further frames are an animation
Turn = Callable[[NDArray[Any]], NDArray[Any]]
UPRIGHT: Turn = np.asarray
TURNS: dict[object, Turn] = {  # by EXIF's orientation
    2: np.fliplr,
    3: lambda x: np.rot90(x, 2),
    4: np.flipud,
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: np.rot90(x, 2).swapaxes(0, 1),
    8: np.rot90,
}


@dataclass(frozen=True)
class Decoded:
    """A picture upright: its colours, uint8 [H, W, 3], and its opacity, uint8 [H, W], None where
    nothing of it is transparent."""

    colours: Picture
    opacity: NDArray[np.uint8] | None = None

    def over(self, background: str) -> Picture:
        """Laid over a colour, named as in CSS. Raises StudioError for a colour that is none."""
        try:
            colour = np.array(ImageColor.getrgb(background)[:3], np.float32)
        except ValueError:
            raise StudioError(f"There is no colour {background!r}; say it as in CSS.") from None
        if self.opacity is None:
            return self.colours
        part = self.opacity[..., None].astype(np.float32) / 255
        return np.asarray(np.rint(colour + part * (self.colours - colour)), dtype=np.uint8)


def decode(
    source: Source, smallest: int = MIN_SIDE, levels: Range | None = None, tell: Tell = quiet
) -> Decoded:
    """Any source, upright, in sRGB, 8 bits a channel; see `inversion.pictures.read`."""
    if isinstance(source, np.ndarray | Tensor):
        values = layout(source)
        check_size(values.shape[1], values.shape[0], smallest)
        if isinstance(source, Tensor) and values.dtype.kind == "f" and levels is None:
            raise StudioError(
                "A tensor of floats does not say its range. Add levels=(-1, 1), as generators draw"
                " and `to_tensor` gives, or levels=(0, 1)."
            )
        return _of_values(values, levels, tell)
    with _sentences(source):
        if isinstance(source, Image.Image):
            return _of_image(source, smallest, levels, tell)
        with Image.open(_stream(source), formats=FORMATS) as image:
            return _of_image(image, smallest, levels, tell)


def check_size(width: int, height: int, smallest: int = MIN_SIDE) -> None:
    """Raises StudioError when a picture of this size cannot be worked on."""
    if min(width, height) < smallest:
        raise StudioError(
            f"This picture is {width} × {height} pixels; it needs at least {smallest} on each side."
        )
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise StudioError(
            f"This picture is {width} × {height} pixels; the limit is {MAX_SIDE} a side and "
            f"{MAX_PIXELS // 10**6} megapixels. Make it smaller first."
        )


def _stream(source: object) -> io.BytesIO | str | Path:
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    if isinstance(source, str | Path):
        return source
    raise StudioError(
        "A picture is a file, its bytes, a PIL image, an array or a tensor; this is"
        f" {type(source).__name__}."
    )


@contextmanager
def _sentences(source: object) -> Iterator[None]:
    """Says in a sentence why a picture cannot be decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of EXIF that is damaged, and of large pictures
            yield
    except FileNotFoundError:
        raise StudioError(f"There is no file {source!s}.") from None
    except PermissionError as error:
        raise StudioError(f"{source!s} cannot be opened: {error.strerror}.") from None
    except (UnidentifiedImageError, IsADirectoryError):
        raise StudioError(
            f"This file is not a picture that can be read{_instead(source)}. Use PNG, JPEG, WebP,"
            " HEIC, AVIF, TIFF, BMP or GIF."
        ) from None
    except Image.DecompressionBombError:
        raise StudioError(
            f"This picture says that it has more than {MAX_PIXELS // 10**6} megapixels, the limit."
            " Make it smaller first."
        ) from None
    except StudioError:
        raise
    except Exception:
        # decoders meet damage in as many ways as there are formats
        raise StudioError(
            "This picture is damaged or cut short. Save it again and upload the new file."
        ) from None


def _instead(source: object) -> str:
    """What a file is that is no picture, where its beginning tells."""
    if isinstance(source, bytes):
        head = source[:HEAD]
    elif Path(str(source)).is_file():
        with Path(str(source)).open("rb") as file:
            head = file.read(HEAD)
    else:
        return ": it is a folder"
    if head.startswith(b"%"):
        return ": it is PostScript or PDF"
    if b"<svg" in head:
        return ": it is SVG, which has no pixels yet"
    what = impostor(head)
    return f": it is {what.split('. ')[0].rstrip('.')}" if what else ""


def _of_image(image: Image.Image, smallest: int, levels: Range | None, tell: Tell) -> Decoded:
    check_size(*image.size, smallest)
    if getattr(image, "n_frames", 1) > 1 and image.format in (*MOVING, "TIFF", "HEIF"):
        what = "an animation; its first frame" if image.format in MOVING else "several; the first"
        tell(f"This file is {what} was taken.")
    deep = _deep(image)
    image.load()
    turned = TURNS.get(image.getexif().get(0x0112), UPRIGHT)
    if deep is not None:
        found = _of_values(turned(deep), levels, tell)
        return replace(found, colours=_by_profile(found.colours, image, tell))
    if image.mode.startswith("I") or image.mode == "F":
        return _of_values(turned(np.asarray(image)[..., None]), levels, tell)
    opacity = None
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        opacity = turned(np.asarray(layer.getchannel("A")))
        if opacity.min() == 255:
            opacity = None
        image = without_opacity(layer, image)
    colours = turned(np.asarray(in_srgb(image, tell)))
    if levels is not None:
        colours = to_levels(colours, range_of(levels))
    return Decoded(np.ascontiguousarray(colours), opacity)


def _deep(image: Image.Image) -> NDArray[Any] | None:
    """[H, W, channels] of a file with 16 bits in each of several channels, of which Pillow keeps
    8; None of any other."""
    several = image.mode in ("RGB", "RGBA", "LA") and image.format in ("PNG", "TIFF")
    file = getattr(image, "fp", None)
    if (
        not several
        or file is None
        or not any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))
    ):
        return None
    file.seek(0)
    found = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None or found.ndim != 3 or found.dtype != np.uint16:
        return None
    order = [2, 1, 0, 3][: found.shape[2]]
    return found[..., order]


def _by_profile(colours: Picture, image: Image.Image, tell: Tell) -> Picture:
    """Colours by the profile of the picture that they were read from."""
    as_image = Image.fromarray(colours)
    as_image.info["icc_profile"] = image.info.get("icc_profile")
    return np.asarray(in_srgb(as_image, tell))


def _of_values(values: NDArray[Any], levels: Range | None, tell: Tell) -> Decoded:
    """Numbers [H, W, 1 to 4 channels] as colours and opacity, which is 0 to its type's largest."""
    opacity = None
    if values.shape[2] in (2, 4):
        values, opaque = values[..., :-1], values[..., -1]
        opacity = to_levels(opaque)
    colours = to_levels(values, levels, tell)
    if colours.shape[2] == 1:
        colours = np.repeat(colours, 3, 2)
    clear = opacity is not None and opacity.min() < 255
    return Decoded(np.ascontiguousarray(colours), opacity if clear else None)
