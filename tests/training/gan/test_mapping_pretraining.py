"""After the head start, what pictures are of can be read from w by a line; before it, it cannot."""

import pytest
import torch
from torch import Tensor

from models.generators.mapping import MappingNetwork
from training.gan import mapping_pretraining, pairing


class Votes:
    """Codes of four coordinates; a picture is one colour, and its class is the highest vote."""

    count = 2000

    def __init__(self) -> None:
        self._codes = torch.randn(2000, 4, generator=torch.Generator().manual_seed(0))

    def codes(self, indices: Tensor) -> Tensor:
        return self._codes[indices]

    def description(self, indices: Tensor) -> Tensor:
        return torch.nn.functional.one_hot(self.codes(indices).argmax(1), 4).float()

    def images(self, indices: Tensor) -> Tensor:
        colours = torch.tensor([[0, 0, 255], [0, 255, 0], [255, 0, 0], [255, 255, 0]])
        chosen = colours[self.codes(indices).argmax(1)].to(torch.uint8)
        return chosen[:, :, None, None].expand(-1, -1, 16, 16)


def unexplained(mapping: MappingNetwork, q: Tensor) -> float:
    """Part of the variance of unseen codes' classes that a line on w leaves."""
    rng = torch.Generator().manual_seed(1)
    codes = torch.randn(4000, 4, generator=rng)
    classes = torch.nn.functional.one_hot(codes.argmax(1), 4).float()
    with torch.no_grad():
        w = mapping(pairing.latents(codes, q, rng))
    design = torch.cat([w, torch.ones(len(w), 1)], 1)
    line = torch.linalg.lstsq(design, classes).solution
    return float((design @ line - classes).var() / classes.var())


@pytest.mark.slow
def test_classes_become_linear_in_w_and_colours_too() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        mapping, q = MappingNetwork(8, 32, 2, 0.01, 0), pairing.rotation(8)
        before = unexplained(mapping, q)
        rng = torch.Generator().manual_seed(2)
        facts, thumbnails = mapping_pretraining.teach(mapping, Votes(), q, rng, 300)
    assert facts < 0.3 and thumbnails < 0.3
    assert unexplained(mapping, q) < 0.6 * before
    z = torch.randn(4000, 8, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        w = mapping(z)
    assert 0.5 < float(w.square().mean()) < 2
    torch.testing.assert_close(mapping.w_avg, w.mean(0), atol=0.15, rtol=0)
