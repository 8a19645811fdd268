"""What a visitor does to a result: edits as the tab's controls hold them, and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inversion import Inversion
from inversion.editing import (
    ChangeClass,
    Converted,
    Direction,
    Edit,
    History,
    Local,
    Mix,
    Move,
    Retune,
    Toward,
    Truncate,
    listed,
    wants_latent,
)
from inversion.pictures.images import Mask, Picture
from models.errors import StudioError
from models.generators.generator import Generator
from studio.messages import Outcome
from studio.session_files import Folder

Key = tuple[str, str]  # a direction by its name and how it was found


@dataclass(frozen=True, eq=False)
class Plan:
    """Edits, one field a control. `held` stand still in moves to come; `tuned` is how much of the
    fine-tuning is applied. `others` came with a file and have no control; with a `mask`, bool
    [H, W], all of them hold in it alone. `converted` says whether they are edits of the answer as
    it was found, or of its conversion to a z and a class."""

    moves: tuple[Move, ...] = ()
    held: tuple[Direction, ...] = ()
    psi: float = 1.0
    change: ChangeClass | None = None
    toward: Toward | None = None
    mix: Mix | None = None
    tuned: float = 1.0
    mask: Mask | None = None
    others: tuple[Edit, ...] = ()
    converted: bool = False

    @classmethod
    def of(cls, edits: Sequence[Edit]) -> Plan:
        """The plan whose edits these are."""
        retuned = [edit for edit in edits if isinstance(edit, Retune)]
        tuned, mask = (retuned[0].strength if len(retuned) == 1 else 1.0), None
        if len(retuned) == 1:
            edits = [edit for edit in edits if edit is not retuned[0]]
        if len(edits) == 1 and isinstance(edits[0], Local):
            mask, edits = edits[0].mask, edits[0].edits
        plan = cls(mask=mask, tuned=tuned)
        for edit in edits:
            if isinstance(edit, Move) and key(edit.direction) not in plan.strengths():
                held = dict.fromkeys([*plan.held, *edit.held])
                plan = replace(plan, moves=(*plan.moves, edit), held=tuple(held))
            elif isinstance(edit, Truncate) and plan.psi == 1:
                plan = replace(plan, psi=edit.psi)
            elif isinstance(edit, ChangeClass) and plan.change is None:
                plan = replace(plan, change=edit)
            elif isinstance(edit, Mix) and plan.mix is None:
                plan = replace(plan, mix=edit)
            elif isinstance(edit, Toward) and plan.toward is None:
                plan = replace(plan, toward=edit)
            else:
                plan = replace(plan, others=(*plan.others, edit))
        return plan

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What a result is edited with."""
        truncate = () if self.psi == 1 else (Truncate(self.psi),)
        joined = tuple(e for e in (self.change, self.mix, self.toward) if e is not None)
        edits: tuple[Edit, ...] = (*self.others, *self.moves, *truncate, *joined)
        whole = edits if self.mask is None or not edits else (Local(edits, self.mask),)
        return whole if self.tuned == 1 else (*whole, Retune(self.tuned))

    def strengths(self) -> dict[Key, float]:
        """The strength of every direction that is moved along."""
        return {key(move.direction): move.strength for move in self.moves}

    def moved(self, direction: Direction, strength: float, layers: tuple[int, int] | None) -> Plan:
        """With so much of a direction instead of what there was of it; 0 takes it out."""
        new = Move(direction, strength, layers, without(self.held, direction))
        new.check(direction.weights)
        if key(direction) not in self.strengths():
            return self if strength == 0 else replace(self, moves=(*self.moves, new))
        moves = tuple(new if key(m.direction) == key(direction) else m for m in self.moves)
        return replace(self, moves=tuple(move for move in moves if move.strength))

    def holding(self, held: Sequence[Direction]) -> Plan:
        """With these standing still, in every move but their own."""
        moves = tuple(replace(m, held=without(held, m.direction)) for m in self.moves)
        return replace(self, moves=moves, held=tuple(held))


def without(held: Sequence[Direction], direction: Direction) -> tuple[Direction, ...]:
    return tuple(each for each in held if key(each) != key(direction))


def key(direction: Direction) -> Key:
    return direction.name, direction.provenance


@dataclass
class Work:
    """One answer that is edited, alone and without edits, and all that was done to it. `before` is
    what it draws, `after` what it draws as edited, uint8 [H, W, 3].

    Where directions and classes do not apply to the answer as it was found, `conversion` is the
    nearest to which they do; the plan says which of the two is edited. `shown` are the directions
    that the sliders move along, `extra` those of files and discoveries, `second` the results beside
    it; `held` is the control whose changes make one step of the history, as long as it is moved.
    """

    found: Inversion | None = None
    before: Picture | None = None
    after: Picture | None = None
    source: Outcome | None = None
    history: History[Plan] = field(default_factory=lambda: History.begin(Plan()))
    shown: tuple[Direction, ...] = ()
    extra: tuple[Direction, ...] = ()
    second: tuple[Inversion, ...] = ()
    held: str = ""
    conversion: Converted | None = None

    @property
    def plan(self) -> Plan:
        return self.history.now

    @property
    def result(self) -> Inversion | None:
        """What the plan's edits are edits of."""
        return self.under(self.plan)

    @property
    def directed(self) -> bool:
        """Whether directions and classes apply, to the answer or to its conversion."""
        return self.conversion is None or self.conversion.alike

    @property
    def told(self) -> str:
        """What came of the conversion, in a sentence; nothing where none was wanted."""
        return "" if self.conversion is None else self.conversion.text

    def under(self, plan: Plan) -> Inversion | None:
        """What the edits of a plan are edits of."""
        return self.conversion.result if plan.converted and self.conversion else self.found

    def able(self, plan: Plan) -> Plan:
        """The plan on the conversion, if the answer as it was found would refuse its edits."""
        wanted = not plan.converted and self.conversion is not None and self.directed
        return replace(plan, converted=True) if wanted and wants_latent(plan.edits) else plan

    @property
    def said(self) -> list[str]:
        """What was done to the answer, a line each."""
        told = listed(self.plan.edits)
        if self.plan.converted and self.conversion is not None:
            near = self.conversion.psnr[0]
            told.insert(0, f"as one code and one class, {near:.1f} dB from what was found")
        return told

    @property
    def edited(self) -> Inversion | None:
        """The result with the plan's edits."""
        return None if self.result is None else self.result.edit(self.plan.edits)

    @property
    def drawn(self) -> tuple[Inversion, Picture] | None:
        """The edited result, and what it draws."""
        if self.edited is None or self.after is None:
            return None
        return self.edited, self.after

    def push(self, plan: Plan, by: str) -> None:
        """A change by the control of that name; while one is held, its last change counts."""
        history = self.history
        if by and by == self.held and history.can_undo and not history.can_redo:
            history = history.undo()
        self.history, self.held = history.push(plan), by


@dataclass
class Editing(Folder):
    """State of the Edit tab of one open page: the work in hand, and the works that a discovery put
    aside."""

    work: Work = field(default_factory=Work)
    aside: tuple[Work, ...] = ()

    def again(self) -> Editing:
        """The same for a page that was loaded again: files are its own."""
        return Editing(replace(self.work), tuple(replace(each) for each in self.aside))

    def turn(self) -> None:
        """The work that was put aside last comes back; the one in hand waits as the last in line.
        Without any this changes nothing."""
        if self.aside:
            self.work.held = ""
            before, *others = self.aside
            self.work, self.aside = before, (*others, self.work)


def classes(G: Generator) -> list[str]:
    """The names of a model's classes; none where it has none. Raises no error."""
    if not G.class_dim:
        return []
    return list(G.class_names) or [str(k) for k in range(G.num_classes)]


def span(first: float, last: float, top: int, what: str = "layer") -> tuple[int, int] | None:
    """Layers or rows from two sliders, None for all. Raises StudioError if there are none between
    them."""
    if first != first or last != last or first > last:
        raise StudioError(f"The first {what} comes after the last. Move one of the two.")
    whole = int(first) == 0 and int(last) == top
    return None if whole else (int(first), int(last))
