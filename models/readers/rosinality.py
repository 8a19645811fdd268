"""The names that rosinality's StyleGAN2 and its descendants (e4e, pSp, JoJoGAN, StyleCLIP, …) give
their tensors."""

import re

ANCHOR = re.compile(r"(.*\.)?conv1\.conv\.modulation\.weight")
FILTER = re.compile(r"(convs\.\d+\.conv\.blur|to_rgbs\.\d+\.upsample)\.kernel")
FILTER_GAIN = 4.0  # the kernels there are those of zero-insertion along both axes
LAYER = re.compile(r"(conv1|to_rgb1|convs\.(\d+)|to_rgbs\.(\d+))\.(.+)")
PARTS = {
    "conv.weight": "weight",
    "conv.modulation.weight": "affine.weight",
    "conv.modulation.bias": "affine.bias",
}
CONV_PARTS = {**PARTS, "noise.weight": "noise_strength", "activate.bias": "bias"}
TORGB_PARTS = {**PARTS, "bias": "bias"}
MAX_BLOCKS = 16


def ours(name: str) -> str | None:
    """This project's name for a tensor; None for one that has no place.

    >>> ours("convs.1.activate.bias"), ours("style.1.weight"), ours("noises.noise_2")
    ('synthesis.b8.conv1.bias', 'mapping.fc0.weight', 'synthesis.b8.conv1.noise_const')
    """
    if name == "input.input":
        return "synthesis.b4.const"
    if dense := re.fullmatch(r"style\.([1-9]\d?)\.(weight|bias)", name):
        return f"mapping.fc{int(dense[1]) - 1}.{dense[2]}"
    if noise := re.fullmatch(r"noises\.noise_(\d{1,2})", name):
        return f"{_convolution(int(noise[1]))}.noise_const"
    layer = LAYER.fullmatch(name)
    if layer is None:
        return None
    head, conv, rgb, part = layer.groups()
    if head == "conv1" or conv is not None:
        number = 0 if conv is None else int(conv) + 1
        place, parts = _convolution(number), CONV_PARTS
    else:
        block = 0 if rgb is None else int(rgb) + 1
        place, parts = f"synthesis.b{4 << min(block, MAX_BLOCKS)}.torgb", TORGB_PARTS
    return f"{place}.{parts[part]}" if part in parts else None


def _convolution(number: int) -> str:
    """The convolution of that number, 0 the one at 4x4."""
    if number == 0:
        return "synthesis.b4.conv1"
    return f"synthesis.b{8 << min((number - 1) // 2, MAX_BLOCKS)}.conv{(number - 1) % 2}"
