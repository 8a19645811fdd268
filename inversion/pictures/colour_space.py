"""A picture's own colour space, and the way from it to sRGB."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageCms

from inversion.pictures.levels import Tell

SRGB = ImageCms.createProfile("sRGB")


def without_opacity(layer: Image.Image, image: Image.Image) -> Image.Image:
    """The colours without their opacity, still in the picture's own colour space."""
    flat = layer.convert("RGB")
    flat.info["icc_profile"] = image.info.get("icc_profile")
    return flat


def in_srgb(image: Image.Image, tell: Tell) -> Image.Image:
    """RGB, by the picture's own profile where it has one."""
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _converted(image, lab)
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(own).startswith("sRGB"):
                return _converted(image, own)
        except (ImageCms.PyCMSError, OSError, ValueError):
            tell("Its colour profile does not fit it, and was left out.")
    elif image.mode == "CMYK":
        tell("It is CMYK without a profile; its colours are a guess.")
    return image.convert("RGB")


def _converted(image: Image.Image, profile: Any) -> Image.Image:
    drawn = ImageCms.profileToProfile(image, profile, SRGB, outputMode="RGB")
    assert drawn is not None, "only an image that is changed in place gives none"
    return drawn
