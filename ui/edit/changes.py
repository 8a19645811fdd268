"""What each control of the Edit tab does to the plan; the picture follows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inversion.editing import ChangeClass, History
from inversion.pictures.images import Crop
from inversion.pictures.masks import moved, read_mask
from models.errors import StudioError
from studio.edit_state import Editing, Plan, classes, span
from ui.components import painter
from ui.components.events import Updates
from ui.edit.desk import Desk, both, result_of
from ui.edit.directions_card import KEEP, DirectionsCard
from ui.edit.second_result_card import SecondCard
from ui.edit.sliders import titled
from ui.edit.stage import EditStage


class Changes:
    """One method a control; each changes the visitor's work in place, and returns what to change on
    the page, which is little."""

    def __init__(
        self, desk: Desk, stage: EditStage, directions: DirectionsCard, second: SecondCard
    ) -> None:
        self.editor, self.stage = desk.editor, stage
        self.directions, self.second = directions, second

    def change(self, editing: Editing, by: str, edit: Callable[[Plan], Plan]) -> Updates:
        """The plan after an edit, and its picture; an edit that cannot be changes nothing."""
        work = editing.work
        try:
            result_of(work)
            plan = work.able(edit(work.plan))
            work.after = self.editor.draw(result_of(work, plan).edit(plan.edits))
        except StudioError as error:
            if work.after is None:
                return self.stage.nothing(str(error))
            return self.stage.show(work, str(error))
        work.push(plan, by)
        return self.stage.show(work)

    def step(self, editing: Editing, way: Callable[[History[Plan]], History[Plan]]) -> Updates:
        """Undo, redo or reset, and every control where the plan then has it."""
        work = editing.work
        work.history, work.held = way(work.history), ""
        changes = self.change(editing, "", lambda plan: plan)
        if work.result is None:
            return changes
        G = self.editor.network(work.result)
        return changes | self.directions.show(work) | self.second.show(work, G)

    def top(self, editing: Editing) -> int:
        return (
            0
            if editing.work.result is None
            else self.editor.network(editing.work.result).num_ws - 1
        )

    def move(self, editing: Editing, first: float, last: float, value: dict[str, Any]) -> Updates:
        """The slider of the directions that has moved; it takes the layers as they are now."""
        k, strength = value["moved"]["k"], float(value["moved"]["at"])
        if not 0 <= k < len(editing.work.shown):
            return self.stage.show(editing.work)
        direction = editing.work.shown[k]

        def edit(plan: Plan) -> Plan:
            layers = span(first, last, self.top(editing))
            return plan.moved(direction, strength, layers)

        return self.change(editing, direction.name, edit)

    def truncate(self, editing: Editing, psi: float) -> Updates:
        return self.change(editing, "psi", lambda plan: replace(plan, psi=psi))

    def hold(self, editing: Editing, names: list[str] | None) -> Updates:
        """What stands still in every move, those made already too."""
        known = {titled(each): each for each in (*editing.work.shown, *editing.work.plan.held)}
        held = [known[name] for name in names or () if name in known]
        changes = self.change(editing, "", lambda plan: plan.holding(held))
        return changes | {self.directions.hold: [titled(each) for each in editing.work.plan.held]}

    def retune(self, editing: Editing, strength: float) -> Updates:
        """How much of the fine-tuning is applied."""
        return self.change(editing, "tuned", lambda plan: replace(plan, tuned=strength))

    def reclass(self, editing: Editing, name: str, amount: float) -> Updates:
        """Another class, z kept."""

        def edit(plan: Plan) -> Plan:
            if name == KEEP or editing.work.result is None:
                return replace(plan, change=None)
            G = self.editor.network(editing.work.result)
            to = ChangeClass.to(G, classes(G).index(name), amount)
            return replace(plan, change=to)

        return self.change(editing, "class", edit)

    def go_toward(self, editing: Editing, amount: float, heads: bool = False) -> Updates:
        """Part of the way to the second result."""

        def edit(plan: Plan) -> Plan:
            base, other = both(editing.work)
            way = self.editor.toward(base, other, amount, heads) if amount else None
            return replace(plan, toward=way)

        return self.change(editing, "toward", edit)

    def mix(
        self,
        editing: Editing,
        on: bool,
        first: float,
        last: float,
        first_row: float,
        last_row: float,
    ) -> Updates:
        """The second result's styles in some layers, and some rows of a matrix."""

        def edit(plan: Plan) -> Plan:
            base, other = both(editing.work)
            layers = span(first, last, self.top(editing)) or (0, self.top(editing))
            rows = span(first_row, last_row, self.editor.network(base).rows - 1, "row")
            mix = self.editor.mixed(base, other, layers, rows) if on else None
            return replace(plan, mix=mix)

        return self.change(editing, "mix", edit)

    def paint(self, editing: Editing, value: dict[str, str]) -> Updates:
        """Where the edits hold."""

        def edit(plan: Plan) -> Plan:
            if not value["mask"] or editing.work.before is None:
                return replace(plan, mask=None)
            mask = moved(
                read_mask(painter.file(value["mask"])), Crop(), editing.work.before.shape[0]
            )
            return replace(plan, mask=mask if mask.any() else None)

        return self.change(editing, "", edit)
