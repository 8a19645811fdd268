"""How events run: at once and unseen, or one at a time while the status line says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from models.errors import StudioError
from studio.messages import Loading
from ui.components import html

Updates = dict[Any, Any]  # what to change on the page, by component
GPU: dict[str, Any] = {"concurrency_id": "gpu", "concurrency_limit": 1}
HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
QUIET: dict[str, Any] = {"queue": False, **HIDDEN}
LIVE: dict[str, Any] = {"trigger_mode": "always_last", **QUIET}  # of a slider that is dragged

FULL = "The queue is full. Nothing was lost; try again in a minute."
UNEXPECTED = (
    "Something went wrong inside the studio. Picture, settings and last answer are still here. "
    "Try again; if it happens twice, with fewer seeds or another method."
)


def heavy(status: gr.HTML) -> dict[str, Any]:
    """What needs the GPU: in its turn, with the spinner on the status line."""
    return {
        "show_progress": "minimal",
        "show_progress_on": status,
        "api_visibility": "private",
        **GPU,
    }


def said(status: gr.HTML, work: Iterator[Updates]) -> Iterator[Updates]:
    """The work's changes; what goes wrong is a sentence and changes nothing else."""
    try:
        yield from work
    except StudioError as error:
        yield {status: html.status("error", str(error))}
    except Exception:
        logging.getLogger(__name__).exception("an edit failed")
        yield {status: html.status("error", UNEXPECTED)}


def waiting(sentence: str, moment: Loading) -> str:
    """A status line for a model that is on its way."""
    percent = "" if moment.fraction is None else f"{moment.fraction:.0%}"
    return html.status("busy", sentence, percent, moment.fraction)
