"""Pictures at the edge: files in, crops, masks, films out; uint8 [H, W, 3] here, tensors inside.

    photo = read("photo.heic")                   a file, bytes, a PIL image, an array or a tensor:
                                                 upright, sRGB, uint8 [H, W, 3]
    x = to_tensor(fit(photo, 64))                float32 [1, 3, 64, 64] in [-1, 1]; to_uint8 is back
    mask = read_mask("mask.png")                 the same for masks: bool [H, W], True on the object
    blend(photo, drawn, Crop(zoom=2))            what a generator drew, back in the photo
    mp4(frames, path="film.mp4")                 frames as a film; frames_of("clip.mov") is back
    draw_series(photo, "rotation", 64)           what `inversion.discover` takes; SERIES lists them

`Picture`, `Mask` and `Source` (all that `read` takes) are the types. `place`, `recolour`
and `warp` move, colour and turn tensors [n, 3, H, W].
"""

from inversion.pictures.blend import blend
from inversion.pictures.images import (
    Crop,
    Mask,
    Picture,
    Source,
    as_picture,
    fit,
    png,
    read,
    to_tensor,
    to_uint8,
    to_weight,
)
from inversion.pictures.masks import crop_mask, on_photo, read_mask
from inversion.pictures.series import SERIES, Series, draw_series, series_beside, series_of
from inversion.pictures.transforms import place, recolour
from inversion.pictures.video import frames_of, mp4, rate_of
from inversion.pictures.warps import warp

__all__ = [
    "SERIES",
    "Crop",
    "Mask",
    "Picture",
    "Series",
    "Source",
    "as_picture",
    "blend",
    "crop_mask",
    "draw_series",
    "fit",
    "frames_of",
    "mp4",
    "on_photo",
    "place",
    "png",
    "rate_of",
    "read",
    "read_mask",
    "recolour",
    "series_beside",
    "series_of",
    "to_tensor",
    "to_uint8",
    "to_weight",
    "warp",
]
