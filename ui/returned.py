"""A tab of a search with a picture and an answer that did not come from its own run: those that it
had before the page was loaded again, or those of another tab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from inversion.pictures.images import Crop
from studio.session import Session
from ui.components.events import Updates
from ui.project.picture import PictureCard, crop_view
from ui.project.tab import ProjectTab
from ui.restore.tab import RestoreTab


def returned(tab: ProjectTab | RestoreTab, session: Session, model: str) -> Updates:
    """A tab with the picture and the answer that it had."""
    outcome = session.outcome
    changes: Updates = {tab.session: session}
    if outcome is not None:
        changes |= tab.stage.done(session, outcome, None)
    found = pictured(tab.picture, session, model)
    if found:
        found[tab.stage.go] = gr.Button(interactive=not session.running)
    return changes | found


def pictured(picture: PictureCard, session: Session, model: str) -> Updates:
    """A card with the picture and the crop that it had, as far as its file is still there."""
    if session.picture is None or session.photo is None or not Path(session.photo).is_file():
        session.photo = session.picture = session.painted = None
        return {}
    outcome = session.outcome
    crop = Crop() if outcome is None or outcome.crop is None else outcome.crop
    values = [getattr(crop, name.partition(".")[2]) for name in crop.knobs()]
    return {
        picture.photo: session.photo,
        picture.crop: gr.HTML(value=crop_view(session, crop, model)),
        **dict(zip(picture.knobs, values, strict=True)),
    }


def outputs(tab: ProjectTab | RestoreTab) -> list[Any]:
    """All that `returned` may change."""
    picture, stage = tab.picture, tab.stage
    first = [tab.session, picture.photo, picture.crop, *picture.knobs]
    return [*first, stage.go, stage.next, *stage.states(), *stage.answer.components()]
