"""The names that NVIDIA's PyTorch release gives the tensors of StyleGAN2. They are this project's
own, `mapping.…` and `synthesis.…`; a synthesis network that was saved alone lacks the second."""

import re

ANCHOR = re.compile(r"(.*?)(synthesis\.)?b4\.conv1\.affine\.weight")
FILTER = re.compile(r"synthesis\.b\d+\.(conv[01]\.)?resample_filter")
FILTER_GAIN = 1.0


def ours(name: str) -> str | None:
    """This project's name for a tensor; None for one that has no place.

    >>> ours("b8.conv0.bias"), ours("mapping.fc0.bias")
    ('synthesis.b8.conv0.bias', 'mapping.fc0.bias')
    """
    if name.startswith(("mapping.", "synthesis.")):
        return name
    return f"synthesis.{name}" if re.match(r"b\d+\.", name) else None
