"""A visitor: does at a page what a person does, and sees what the page then shows.

Components are found as a person finds them, by what is written on them or by their id; which
function answers a click is nobody's business here. Events run as Gradio runs them: what follows a
click follows it, and what a change changes is told as a change.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from functools import cache
from typing import Any
from unittest.mock import patch

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import Block
from gradio.helpers import special_args
from gradio.routes import App

from studio.edit_state import Editing, Work
from studio.restoration import NOTHING
from studio.runs import Studio
from studio.session import Session
from ui.edit.tab import EditTab
from ui.project.tab import ProjectTab
from ui.restore.tab import PREFIX, RestoreTab

Moment = dict[Block, dict[str, Any]]  # what one step of an event changed, by component


arguments = cache(inspect.getfullargspec)


@contextmanager
def unserved() -> Iterator[gr.Blocks]:
    """A page that nobody serves: without the routes and the description for the browser, which cost
    Gradio more than the page does, and each function's arguments looked up once."""
    with (
        patch.object(App, "create_app"),
        patch.object(gr.Blocks, "get_config_file"),
        patch("inspect.getfullargspec", arguments),
        gr.Blocks() as page,
    ):
        yield page


class Visitor:
    """One open page. `moments` are those of what was done last; `prefix` begins the tab's ids."""

    prefix = ""

    def __init__(self, page: gr.Blocks) -> None:
        self.page = page
        self.shown: dict[int, dict[str, Any]] = {}
        self.moments: list[Moment] = []

    def find(self, what: Block | str) -> Block:
        """A component by its id, else by what is written on it."""
        if not isinstance(what, str):
            return what
        blocks = list(self.page.blocks.values())
        for named in (
            [b for b in blocks if b.elem_id == self.prefix + what],
            [b for b in blocks if b.elem_id == what],
            [b for b in blocks if what in (self.of(b, "label"), self.written(b))],
        ):
            if named:
                (found,) = named
                return found
        raise LookupError(f"nothing on the page is called {what!r}")

    def written(self, block: Block) -> Any:
        if isinstance(block, gr.UploadButton):
            return self.of(block, "label")
        return self.of(block, "value") if isinstance(block, gr.Button) else None

    def begun_by(self, fn: BlockFunction) -> str:
        """What a person does to start this event: what is written on it, or its id; an endpoint's
        name where a program starts it."""
        while fn.trigger_after is not None:
            fn = self.page.fns[fn.trigger_after]
        sources = [self.page.blocks[target] for target, _ in fn.targets if target is not None]
        if not sources:
            return f"/{fn.api_name}"
        (source,) = sources
        return str(self.written(source) or source.elem_id)

    def of(self, what: Block | str, name: str) -> Any:
        """A property of a component as it is now."""
        block = self.find(what)
        known = self.shown.setdefault(block._id, {})
        if name not in known:
            known[name] = deepcopy(getattr(block, name, None))
        return known[name]

    def value(self, what: Block | str) -> Any:
        return self.of(what, "value")

    def visible(self, what: Block | str) -> bool:
        return bool(self.of(what, "visible"))

    def enabled(self, what: Block | str) -> bool:
        return self.of(what, "interactive") is not False

    def choices(self, what: Block | str) -> list[Any]:
        """The values that a list offers."""
        return [each if isinstance(each, str) else each[1] for each in self.of(what, "choices")]

    def press(self, what: Block | str) -> None:
        """Clicks, and waits for the end."""
        self.moments = list(self.doing(what, "click"))

    def download(self, what: Block | str) -> str:
        """Clicks a button that saves a file; where the file lies."""
        self.press(what)
        (file,) = [
            change["value"]
            for moment in self.moments
            for block, change in moment.items()
            if isinstance(block, gr.DownloadButton)
        ]
        return str(file)

    def pressing(self, what: Block | str) -> Iterator[Moment]:
        """Clicks; every moment as it is shown, to look at it or to leave."""
        return self.doing(what, "click")

    def turned_away(self, what: Block | str) -> None:
        """Clicks while the queue is full: what was to wait in it never runs."""
        self.moments = list(self.doing(what, "click", full=True))

    def put(self, what: Block | str, value: Any) -> None:
        """Sets a control, and lets it go."""
        self.drag(what, value)

    def drag(self, what: Block | str, *values: Any) -> None:
        """Moves a control over these values, and lets it go."""
        block = self.find(what)
        self.moments = []
        for value in values:
            self.stand(block, value)
            for event in ("input", "change"):
                self.moments += self.doing(block, event)
        self.moments += self.doing(block, "release")

    def stand(self, what: Block | str, value: Any) -> None:
        """A control stands there, and nobody has been told."""
        self.shown.setdefault(self.find(what)._id, {})["value"] = value

    def upload(self, what: Block | str, *paths: Any) -> None:
        """Opens files by a button."""
        block = self.find(what)
        files = [{"path": str(path)} for path in paths]
        many = getattr(block, "file_count", "single") == "multiple"
        self.stand(block, files if many else files[0])
        self.moments = list(self.doing(block, "upload"))

    def pick(self, what: Block | str, index: int) -> None:
        """Chooses a picture of a gallery."""
        data = gr.SelectData(None, {"index": index, "value": None})
        self.moments = list(self.doing(what, "select", data))

    def doing(
        self, what: Block | str, event: str, data: gr.EventData | None = None, full: bool = False
    ) -> Iterator[Moment]:
        """Every moment of an event, and of what follows it; `full` is the queue."""
        block = self.find(what)
        for fn in list(self.page.fns.values()):
            if (block._id, event) in fn.targets:
                yield from self.running(fn, data, full)

    def running(
        self, fn: BlockFunction, data: gr.EventData | None = None, full: bool = False
    ) -> Iterator[Moment]:
        if fn.fn is None or fn.renderable is not None:  # in the browser alone
            return
        followers = [f for f in self.page.fns.values() if f.trigger_after == fn._id]
        if full and fn.queue:
            for follower in followers:
                if not follower.trigger_only_on_success:
                    yield from self.running(follower, full=True)
            return
        changed: set[Block] = set()
        given, *_ = special_args(fn.fn, [self.sent(fn, each) for each in fn.inputs], None, data)
        answer = fn.fn(*given)
        if fn.types_generator:
            with closing(answer):
                for each in answer:
                    yield self.take(fn, each, changed)
        else:
            yield self.take(fn, answer, changed)
        for follower in followers:
            if not follower.trigger_only_on_failure:
                yield from self.running(follower, full=full)
        for block in changed:
            yield from self.doing(block, "change")

    def sent(self, fn: BlockFunction, block: Block) -> Any:
        """What a function is given: where Gradio does not look into a picture first, its file."""
        value = self.value(block)
        is_file = isinstance(block, gr.Image) and isinstance(value, str)
        return {"path": value} if is_file and not fn.preprocess else value

    def take(self, fn: BlockFunction, answer: Any, changed: set[Block]) -> Moment:
        """Shows what a function returned."""
        if not (isinstance(answer, dict) and all(isinstance(each, Block) for each in answer)):
            answers = answer if len(fn.outputs) > 1 else [answer]
            answer = dict(zip(fn.outputs, answers, strict=True)) if fn.outputs else {}
        assert set(answer) <= set(fn.outputs), "an event changes what is not among its outputs"
        moment: Moment = {}
        for block, value in answer.items():
            if isinstance(value, Block):
                value = value.constructor_args.copy()
            elif isinstance(value, dict) and value.get("__type__") == "update":
                value = {name: each for name, each in value.items() if name != "__type__"}
            else:
                value = {"value": value}
            before = self.shown.setdefault(block._id, {}).get("value")
            if "value" in value and not same(before, value["value"]):
                changed.add(block)
            self.shown[block._id] |= value
            moment[block] = value
        return moment


class AtProject(Visitor):
    """At a page of the Project tab alone, with a session."""

    def __init__(self, studio: Studio, session: Session) -> None:
        with unserved() as page:
            self.tab = ProjectTab(studio, page.load)
        super().__init__(page)
        self.session = session
        self.stand(self.tab.session, session)

    def project(self, model: str = "avatars", seeds: int = 2) -> None:
        if self.value("model") != model:
            self.put("model", model)
        self.put("seeds", seeds)
        self.press("run")


class AtRestore(Visitor):
    """At a page of the Restore tab alone, with a session."""

    prefix = PREFIX

    def __init__(self, studio: Studio, session: Session) -> None:
        with unserved() as page, gr.Tab() as opened:
            self.tab = RestoreTab(studio, opened)
        super().__init__(page)
        self.session = session
        self.stand(self.tab.session, session)

    def restore(self, method: str = "w", seeds: int = 2, baseline: str = NOTHING, **task: Any):
        """Says what happened to the picture, by the ids of the card, and presses Restore."""
        search = {"method": method, "seeds": seeds, "baseline": baseline, "effort": "fast"}
        for name, value in {**search, **task}.items():
            if self.value(name) != value:
                self.put(name, value)
        self.press("run")


class AtEdit(Visitor):
    """At a page with the tabs Project and Edit; the first has an answer to send."""

    def __init__(self, studio: Studio, session: Session | None = None) -> None:
        with unserved() as page, gr.Tabs() as tabs:
            with gr.Tab("Project"):
                self.project = ProjectTab(studio, page.load)
            with gr.Tab("Edit", id="edit"):
                self.tab = EditTab(studio, tabs, {"Project": self.project})
        super().__init__(page)
        self.editor = self.tab.desk.editor
        self.has(session or Session())

    @property
    def editing(self) -> Editing:
        editing: Editing = self.value(self.tab.desk.state)
        return editing

    @property
    def work(self) -> Work:
        return self.editing.work

    def has(self, session: Session) -> None:
        """What the Project tab has now."""
        self.stand(self.project.session, session)

    def send(self) -> None:
        """The answer of the Project tab."""
        self.press("send-project")

    def slider(self, name: Block | str) -> dict[str, Any] | None:
        """The slider of a direction by its name, None if it is something else that is called so."""
        groups = super().value(self.tab.directions.sliders)["groups"]
        rows = [row for group in groups for row in group["rows"]]
        return next((row for row in rows if row["name"] == name), None)

    def value(self, what: Block | str) -> Any:
        row = self.slider(what)
        return super().value(what) if row is None else row["at"]

    def drag(self, what: Block | str, *values: Any) -> None:
        if (row := self.slider(what)) is None:
            return super().drag(what, *values)
        sliders, self.moments = self.tab.directions.sliders, []
        for row["at"] in values:
            moved = {"k": row["k"], "at": row["at"]}
            self.stand(sliders, super().value(sliders) | {"moved": moved})
            self.moments += self.doing(sliders, "input")
        self.moments += self.doing(sliders, "release")

    def slide(self, **strengths: float) -> None:
        """Moves sliders, by their names with _ for a space."""
        for name, strength in strengths.items():
            self.put(name.replace("_", " "), strength)

    def layers(self, first: int, last: int) -> None:
        self.put("first", first)
        self.put("last", last)

    def rest(self) -> None:
        """Waits until the picture rests."""
        self.moments = list(self.doing("edit-slider", "submit"))

    def said(self) -> str:
        """The status line, and what the view that follows the sliders says."""
        return f"{self.value('edit-status')} {self.value('edit-slider')}"


def same(a: Any, b: Any) -> bool:
    """Whether a component would not tell of a change."""
    if a is b:
        return True
    return isinstance(b, str | int | float | bool | None) and type(a) is type(b) and a == b
