"""The right half of the Restore tab: the same states as in Project, in its own words."""

from __future__ import annotations

from pathlib import Path

from inversion import Inversion
from studio.messages import Outcome
from studio.restoration import Restored
from studio.verdict import Verdict
from ui.project.stage import Stage
from ui.restore.answer import PREFIX, RestoreAnswer

CSS = (Path(__file__).parent / "restore.css").read_text()

WELCOME = """
<div class="empty large">
  <svg viewBox="0 0 220 64" aria-hidden="true">
    <rect x="2" y="8" width="48" height="48" rx="10"/><path d="M11 50c2-9 8-13 15-13s13 4 15 13"/>
    <circle cx="26" cy="28" r="8"/>
    <rect class="accent" x="17" y="22" width="18" height="14" rx="3" stroke-dasharray="3 3"/>
    <path class="accent" d="M66 32h22m-7-7 7 7-7 7"/>
    <circle class="accent dot" cx="110" cy="32" r="5"/><circle cx="110" cy="32" r="14"/>
    <path class="accent" d="M132 32h22m-7-7 7 7-7 7"/>
    <rect x="170" y="8" width="48" height="48" rx="10"/><circle cx="194" cy="28" r="8"/>
    <path d="M179 50c2-9 8-13 15-13s13 4 15 13"/>
  </svg>
  <p><b>Nothing restored yet</b></p>
  <p>Choose a picture, say what happened to it, press Restore. The generator then looks for pictures
  that agree with what is left.</p>
</div>
"""


class RestoreStage(Stage):
    """The states of `Stage`; what is searched for is known in part alone."""

    target, prefix = "what is left", PREFIX

    def __init__(self) -> None:
        super().__init__(
            "Restore",
            WELCOME,
            "A result file from before draws the same pictures.",
            RestoreAnswer,
        )

    def judged(self, result: Inversion) -> Verdict | None:
        """Nothing of its likeness; beside the truth it is held against the baseline, below."""
        return None

    def numbers(self, outcome: Outcome) -> dict[str, list[float]]:
        """Of a hole, those with the known pixels put back."""
        assert isinstance(outcome, Restored)
        return outcome.looked_at(kept=True)[1]
