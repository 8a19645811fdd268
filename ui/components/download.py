"""A button whose file is made when it is pressed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from inversion.result_files import AnswerFiles
from models.errors import StudioError
from ui.components.events import QUIET

GONE = "This answer is no longer kept here. Run it again, or open the result file that you saved."
SAVE = """file => {
  if (!file) return;
  const link = document.createElement("a");
  link.href = file.url;
  link.download = file.orig_name;
  document.body.append(link);
  link.click();
  link.remove();
}"""


class Download:
    """One file of the answer that a session shows: `make` is told its files and the chosen row,
    writes one, and says where. Gradio's own button wants a file beforehand, so a hidden one holds
    it once it is made."""

    def __init__(self, label: str, make: Callable[[AnswerFiles, int], Path | None]) -> None:
        self.make = make
        self.button = gr.Button(label, size="md")
        self.made = gr.DownloadButton("", elem_classes="made")  # not seen: style.css

    def wire(self, session: gr.State) -> None:
        click = self.button.click(self.press, session, self.made, **QUIET)
        click.success(None, self.made, js=SAVE, **QUIET)

    def file(self, session: Any) -> Path | None:
        """The file of what the state shows, None where there is none."""
        return None if session.outcome is None else self.make(session.files, session.chosen)

    def press(self, session: Any) -> str:
        """The file's path; what is wrong is said in a sentence."""
        try:
            file = self.file(session)
        except StudioError as error:
            raise gr.Error(str(error), print_exception=False) from None
        if file is None:
            raise gr.Error(GONE, print_exception=False)
        return str(file)
