"""`python -m training <command> ...`: each command is the `main(argv)` of a module."""

import sys
from importlib import import_module

from models.errors import StudioError

COMMANDS = {
    "bake": "draw the avatar data set to a memory-mapped file",
    "portraits": "prepare the real portraits as arrays",
    "gan": "train the embedded StyleGAN2",
    "biggan": "train an embedded class-conditional BigGAN-deep",
    "encoder": "train an encoder for a generator",
    "estimator": "train the attribute estimator of avatars",
    "perceptual": "train the embedded perceptual network",
}


def main(argv: list[str]) -> None:
    if not argv or argv[0] not in COMMANDS:
        lines = [f"  {name:<12}{help_}" for name, help_ in COMMANDS.items()]
        sys.exit("\n".join(["usage: python -m training <command> ...", *lines]))
    try:
        data = argv[0] in ("bake", "portraits")
        module = f"training.data.{argv[0]}" if data else f"training.{argv[0]}.command"
        import_module(module).main(argv[1:])
    except StudioError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
