"""What is said of a file that cannot be read: two sentences, in one place."""

import re

from models.errors import StudioError


def refused(source: str, what: str) -> StudioError:
    """The file asks for more than weights need; `what` ends a sentence."""
    return StudioError(
        f"{source} was refused: {what}. Weights need no such thing and it could harm this machine."
        " Nothing in it was run. Take the weights from a source you trust."
    )


def damaged(source: str, error: BaseException) -> StudioError:
    """The file ends early, or its bytes make no sense."""
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")[:160]
    return StudioError(
        f"{source} is cut short or damaged ({reason}). Delete it and download it again."
    )


def torch_refusal(error: BaseException) -> str:
    """What a file asked torch.load(weights_only=True) for, out of torch's long advice."""
    text = str(error)
    if named := re.search(r"GLOBAL ([\w.]+)", text):
        return f"it asks for {named[1]}"
    return "it holds " + text.split("WeightsUnpickler error: ")[-1].strip().splitlines()[0][:160]
