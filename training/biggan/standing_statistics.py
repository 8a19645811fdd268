"""Standing statistics (Brock et al. 2019, appendix B): what batch normalisation uses once training
is over, so that a picture depends on no other.

For each truncation t of the model's table they are means and variances over pictures of z ~ t N(0,
I) and classes drawn evenly; at 1 those are the latents of training.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from models.generators.biggan import BigGAN
from models.generators.normalization import Statistics

BATCH = 64


@torch.no_grad()
def measure_standing_statistics(model: BigGAN, images: int, generator: torch.Generator) -> None:
    """Fill the model's tables in place, from `images` pictures a truncation; the model ends in
    evaluation mode."""
    norms = [module for module in model.modules() if isinstance(module, Statistics)]
    moments: dict[nn.Module, tuple[Tensor, Tensor]] = {}
    handles = [norm.register_forward_pre_hook(_adder(moments)) for norm in norms]
    model.train()
    batches = max(1, images // BATCH)
    n_stats = model.settings["n_stats"]
    for k in range(n_stats):
        moments.clear()
        for _ in range(batches):
            z = model.sample_z(BATCH, generator) * (k / (n_stats - 1))
            classes = torch.randint(
                model.num_classes, (BATCH,), generator=generator, device=generator.device
            )
            model.synthesize(model.map(z, classes.to(model.device)))
        for norm in norms:
            mean, square = (moment / batches for moment in moments[norm])
            norm.running_means[k] = mean
            norm.running_vars[k] = square - mean.square()
    for handle in handles:
        handle.remove()
    model.eval()


def _adder(
    moments: dict[nn.Module, tuple[Tensor, Tensor]],
) -> Callable[[nn.Module, tuple[Any, ...]], None]:
    def add(module: nn.Module, arguments: tuple[Any, ...]) -> None:
        var, mean = torch.var_mean(arguments[0], (0, 2, 3), correction=0)
        first, second = moments.get(module, (0, 0))
        moments[module] = first + mean, second + mean.square() + var

    return add
