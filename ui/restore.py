"""The Restore tab: a picture, what happened to it, a search; many answers."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr

from inversion.baselines import BASELINES
from inversion.images import to_uint8
from inversion.methods import find
from ui.moments import Job
from ui.picture import crop_of
from ui.project import GPU, ProjectTab, Source
from ui.restore_picture import DamagedCard
from ui.restore_stage import RestoreStage, Updates
from ui.restore_task import MEASURED, TaskCard
from ui.restore_work import NOTHING, SUITED, RestoreJob, Restorer, fitting
from ui.session import LIFETIME, Session
from ui.settings import GUESSED, SettingsCard, beginning, chosen, effort_choices
from ui.studio import Studio

DEFAULT_METHOD, DEFAULT_EFFORT = "ilo", "balanced"
BESIDE = [("the one that suits the task", SUITED), *((b.title, k) for k, b in BASELINES.items())]


class RestoreTab(ProjectTab):
    """Lays the tab out and connects it. Stop, the queue, failures and saved results are the Project
    tab's."""

    stage: RestoreStage

    def __init__(self, studio: Studio, tab: gr.Tab) -> None:
        self.studio = Restorer(studio)
        self.session = gr.State(Session(), time_to_live=LIFETIME, delete_callback=Session.close)
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=5, min_width=320, elem_classes="left"):
                self.picture = DamagedCard()
                self.task = TaskCard()
                # drawn when the tab is opened: Gradio cannot draw two tabs' knobs at one time
                opened = cast(gr.Blocks, SimpleNamespace(load=tab.select))
                self.settings = SettingsCard(studio, opened, self.session)
                methods = self.settings.method
                methods.value = DEFAULT_METHOD
                # radio buttons of one name, in both tabs, would be one group of the browser's
                methods.html_template = methods.html_template.replace('name="', 'name="restore-')
                self.settings.effort.choices = [*effort_choices(DEFAULT_METHOD)]
                self.settings.effort.value = DEFAULT_EFFORT
                with gr.Column(elem_classes="card"):
                    self.baseline = gr.Dropdown(
                        [*BESIDE, ("nothing", NOTHING)],
                        value=SUITED,
                        label="Beside it, without a generator",
                        info="shows what the generator adds",
                        filterable=False,
                        elem_id="baseline",
                    )
            with gr.Column(scale=7, min_width=320, elem_classes="right"):
                self.stage = RestoreStage()
        self.picture.wire(self.session, self.settings.model, self.stage.status, self.stage.go)
        self.task.wire(self.session, self.settings.model, self.picture)
        self.stage.answer.wire(self.session)
        self.wire()

    def wire(self) -> None:
        """Restore, Stop and Open."""
        card, stage = self.settings, self.stage
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        heavy: dict[str, Any] = {
            "show_progress": "minimal",
            "show_progress_on": stage.status,
            "api_visibility": "private",
            **GPU,
        }
        answer, tuning = stage.answer, stage.answer.tune
        choices = [
            card.model,
            card.label,
            card.method,
            card.start,
            card.effort,
            card.seeds,
            card.seed,
            card.perceptual,
            self.baseline,
            *self.task.choices(),
            *self.picture.knobs,
        ]
        buttons = [stage.go, stage.halt, tuning.go]
        outputs = [self.session, *buttons, *stage.states(), *answer.components()]
        for button, work, inputs in (
            (stage.go, self.search, choices),
            (tuning.go, self.tune, [card.perceptual, *tuning.knobs]),
        ):
            button.click(
                self.begin,
                self.session,
                [self.session, *buttons, stage.status],
                queue=False,
                **quiet,
            ).success(work, [self.session, *inputs], outputs, **heavy).failure(
                self.full,
                self.session,
                [self.session, *buttons, *stage.states()],
                queue=False,
                **quiet,
            )
        stage.halt.click(self.stop, self.session, [stage.halt, stage.status], queue=False, **quiet)
        stage.upload.upload(
            self.reopen, [stage.upload, self.session], outputs, preprocess=False, **heavy
        )
        tuning.strength.input(
            self.redraw,
            [self.session, tuning.strength, answer.view],
            [self.session, stage.status, answer.gallery, *answer.one()],
            queue=False,
            trigger_mode="always_last",
            **quiet,
        )
        gr.on(
            [self.task.way.change, self.task.file.change],
            lambda session, way, file: gr.Button(
                interactive=not session.running
                and (file is not None if way == MEASURED else session.picture is not None)
            ),
            [self.session, self.task.way, self.task.file],
            stage.go,
            queue=False,
            **quiet,
        )

    def ended(self, session: Session) -> Updates:
        """The buttons as they stand when nothing runs: what ran can run again."""
        return super().ended(session) | {self.stage.go: gr.Button(interactive=True)}

    def search(
        self,
        session: Session,
        model: str,
        label: int | None,
        method: str,
        start: str,
        effort: str,
        seeds: int,
        seed: int | None,
        perceptual: str,
        baseline: str,
        *stated: Any,
    ) -> Iterator[Updates]:
        """One run, from its turn to the answers, or to a sentence that says why there are none."""

        def prepare() -> tuple[Job, Source]:
            seen, image, told = self.task.asked(session, model, *stated)
            fitting(baseline, seen.operator)
            crop = crop_of(stated[len(self.task.choices()) :])
            job = RestoreJob(
                target=to_uint8(seen.view)[0],
                model=model,
                method=method,
                seeds=int(seeds),
                seed=int(seed or 0),
                settings=chosen(session, method, effort),
                perceptual=perceptual,
                label=None if label == GUESSED else label,
                encoder=beginning(method, model, start),
                stop=session.stop,
                image=image,
                task=told,
                baseline=baseline,
            )
            return job, (None, None) if stated[0] == MEASURED else (session.picture, crop)

        yield from self.follow(session, prepare, f"Restoring with {find(method).title}")
