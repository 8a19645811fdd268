"""Local edits: two pictures are drawn side by side and their feature maps joined in a mask, block
by block (Suzuki et al. 2018, section 3.2), so that the network itself draws the seam."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from inversion.edits.apply import apply
from inversion.edits.edit import Edit, Phase
from inversion.latents import Codes
from inversion.pictures import transforms
from inversion.pictures.images import Mask, to_weight
from models.errors import StudioError
from models.generators.generator import Features, Generator, Identity

FIRST_BLOCK = 2  # the block of 16 pixels, entered with a map of 8


@dataclass(frozen=True, eq=False)
class Local(Edit):
    """Edits that hold where the mask is True, and nowhere else.

    From block `first` on, what enters a block is what the edited codes make of it inside the mask
    and what the unedited ones make of it outside. The last block draws the joined map with the
    unedited styles, so that no pixel changes further from the mask than that block's convolutions
    reach; changes that only the last layers' styles would make are therefore not seen.

    mask   bool [H, W] of the picture as it is shown
    first  from 1 on; the last block if there are not so many
    """

    key = "local"
    edits: tuple[Edit, ...]
    mask: Mask
    first: int = FIRST_BLOCK

    @property
    def text(self) -> str:
        inner = "; ".join(edit.text for edit in self.edits)
        return f"in {self.mask.mean():.0%} of the picture: {inner}"

    def check(self, weights: Identity) -> None:
        if self.mask.ndim != 2 or self.mask.dtype != np.bool_ or not self.mask.any():
            raise StudioError("The mask of a local edit selects nothing. Paint where it should be.")
        if not self.edits:
            raise StudioError("A local edit has no edits. Move a slider first, then paint.")
        for edit in self.edits:
            edit.check(weights)

    def phase(self, codes: Codes) -> Phase:
        return Phase.PLACES

    def apply(self, G: Generator, codes: Codes) -> Codes:
        side, last = G.resolution, G.num_blocks - 1
        if self.mask.shape != (side, side):
            raise StudioError(
                f"The mask is {' × '.join(map(str, self.mask.shape))} pixels, the picture {side} ×"
                f" {side}. Paint it on the picture that is edited."
            )
        if self.first < 1:
            raise StudioError(f"Maps can be joined from block 1 on, not {self.first}.")
        edited = apply(G, codes, self.edits)
        mask = to_weight(self.mask).to(codes.ws)
        if codes.placement is not None:
            mask = transforms.unplace(mask, codes.placement)
        start = 0 if codes.block is None else int(codes.block[0])
        begin = max(min(self.first, last), start)
        a, b = (G.features(e.ws, begin, e.noises, e.content, e.entry()) for e in (codes, edited))
        b = joined(G, a, b, mask)
        for k in range(begin + 1, last + 1):
            a = G.features(codes.ws, k, codes.noises, start=a)
            b = joined(G, a, G.features(edited.ws, k, edited.noises, start=b), mask)
        blocks = torch.full((len(codes.ws),), b.block, device=codes.ws.device)
        return replace(
            codes, x=b.x, rgb=b.rgb, block=blocks, z=None, c=None, heads=None, content=None
        )


def joined(G: Generator, outside: Features, inside: Features, mask: Tensor) -> Features:
    """`inside` where the mask [n or 1, 1, H, W] is 1, `outside` where it is 0, in proportion where
    a place of the map is partly covered."""

    def mixed(a: Tensor, b: Tensor) -> Tensor:
        return torch.lerp(a, b, G.on_map(mask, (a.shape[2], a.shape[3])).to(a))

    a, b = outside.rgb, inside.rgb
    rgb = None if a is None or b is None else mixed(a, b)
    return Features(outside.block, mixed(outside.x, inside.x), rgb)
