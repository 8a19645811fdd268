"""What is said of a file that cannot be read: its sentences, in one place."""

from models.errors import StudioError


def refused(source: str, what: str) -> StudioError:
    """Code in the file would run; `what` ends a sentence."""
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


def another(source: str, noun: str, advice: str) -> StudioError:
    """The file is whole and harmless, and something else than what is needed."""
    return StudioError(f"{source} is {noun}. {advice}")
