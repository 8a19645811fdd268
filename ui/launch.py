"""How the page is launched: `gan-inversion-studio`, or `python app.py` in a clone."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence

import gradio as gr

from studio.runs import Studio
from studio.session_files import use_private_tempdir
from ui.page import LAUNCH, build


def main(argv: Sequence[str] | None = None) -> None:
    """The page of this machine, until it is ended."""
    parser = argparse.ArgumentParser(
        prog="gan-inversion-studio",
        description="The page: GAN inversion on your own picture. Ctrl+C ends it.",
    )
    parser.add_argument(
        "--host", help="the address to listen at; else GRADIO_SERVER_NAME, else 127.0.0.1"
    )
    parser.add_argument(
        "--port", type=int, help="else GRADIO_SERVER_PORT, else the first free one from 7860 on"
    )
    arguments = parser.parse_args(argv)
    use_private_tempdir()
    studio = Studio()
    launch(build(studio), studio, arguments.host, arguments.port)


def launch(
    page: gr.Blocks, studio: Studio, host: str | None = None, port: int | None = None
) -> None:
    """Serves the page until it is ended, while the model of its first run is loaded.

    An address that cannot be had ends the process with a sentence.
    """
    threading.Thread(target=studio.warm, daemon=True).start()
    try:
        page.launch(server_name=host, server_port=port, **LAUNCH)
    except (OSError, OverflowError):
        sys.exit(
            "The page cannot be served there: the port is taken, or the address is not this"
            " machine's. Choose others by --port and --host, or by GRADIO_SERVER_PORT and"
            " GRADIO_SERVER_NAME."
        )


if __name__ == "__main__":
    main()
