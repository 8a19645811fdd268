"""The PyPI package pytorch-pretrained-biggan on random weights, as a folder of the Hub has it."""

from pathlib import Path

import torch
from pytorch_pretrained_biggan import BigGAN as Published
from pytorch_pretrained_biggan import BigGANConfig

LAYERS = [(False, 16, 16), (True, 16, 8), (False, 8, 8), (True, 8, 4), (True, 4, 2), (False, 2, 1)]


def reference(**changes: object) -> Published:
    """32 px, five classes, attention in the middle; every weight and statistic random, the vectors
    of spectral norm as some training would leave them."""
    config = BigGANConfig(
        **{
            "output_dim": 32, "z_dim": 12, "class_embed_dim": 12, "channel_width": 8,
            "num_classes": 5, "layers": LAYERS, "attention_layer_position": 3, "n_stats": 51,
        } | changes
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = Published(config)
        for name, tensor in model.state_dict().items():
            if name.endswith("running_vars"):
                tensor.uniform_(0.5, 2)
            elif name.endswith(("running_means", "gamma", "bias", "bn.weight", "_orig")):
                tensor.normal_()
        model.train()
        with torch.no_grad():  # a power iteration of spectral norm a pass
            for _ in range(3):
                model(torch.randn(2, config.z_dim), torch.eye(2, config.num_classes), 1.0)
    return model.eval().requires_grad_(False)


def write(model: Published, folder: Path, **how: bool) -> Path:
    """The folder that the Hub would show."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(model.config.to_json_string())
    torch.save(model.state_dict(), folder / "pytorch_model.bin", **how)
    return folder
