"""The whole page: a header, one tab a task, and how it is launched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api

from studio.runs import Studio
from studio.session import LIFETIME
from ui.about import about
from ui.api.compare import compare_endpoint
from ui.api.edit import edit_endpoint
from ui.api.project import project_endpoint
from ui.api.restore import restore_endpoint
from ui.arrival import ABOUT, COMPARE, EDIT, PROJECT, RESTORE, TABS, Arrival
from ui.compare import tab as compare_tab
from ui.compare.onward import Onward
from ui.compare.tab import CompareTab
from ui.components.events import GPU
from ui.edit import tab as edit
from ui.edit.tab import EditTab
from ui.project.tab import ProjectTab
from ui.restore import stage as restore_stage
from ui.restore.tab import RestoreTab
from ui.theme import CSS, HEAD, theme

HEADER = """
<header>
  <a class="skip" href="#run">Skip to the run and its answer</a>
  <h1>GAN Inversion Studio</h1>
  <p>Find the code that makes a generator draw your picture.</p>
</header>
"""

ADDRESS = (Path(__file__).parent / "address.js").read_text()
SKIP = """element.querySelector(".skip").addEventListener("click", (event) => {
  const there = [...document.querySelectorAll(".run button, .stage")].find((x) => x.offsetParent);
  if (!there) return;
  event.preventDefault();
  there.scrollIntoView({block: "center"});
  there.tabIndex = there.tabIndex < 0 ? -1 : there.tabIndex;
  there.focus();
})"""

LAUNCH: dict[str, Any] = {
    "theme": theme(),
    "css": CSS + compare_tab.CSS + restore_stage.CSS + edit.CSS,
    "head": f"{HEAD}<script>{ADDRESS}</script>",
    "footer_links": ["api"],
    "run_history": False,  # it would keep visitors' photos in their browsers
    "max_file_size": "64mb",
    "show_error": False,
    "ssr_mode": False,
}

# Seconds between two looks at an empty queue, as long as Gradio takes them on Windows; elsewhere it
# looks every millisecond, which keeps a twentieth of a core busy while nobody is there.
IDLE = 0.05


def build(studio: Studio | None = None) -> gr.Blocks:
    """The page over a studio; its own queue lets one heavy event run at a time."""
    studio = studio or Studio()
    page = gr.Blocks(
        title="GAN Inversion Studio",
        analytics_enabled=False,
        delete_cache=(LIFETIME, LIFETIME),
    )
    with page:
        gr.HTML(HEADER, js_on_load=SKIP, apply_default_css=False)
        arrival = Arrival()
        with gr.Tabs() as tabs:
            with gr.Tab(PROJECT, id="project") as first:
                project = ProjectTab(studio, arrival.begun.change)
            with gr.Tab(COMPARE, id="compare") as beside:
                compare = CompareTab(studio, beside, project.session)
            with gr.Tab(RESTORE, id="restore") as second:
                restore = RestoreTab(studio, second)
            Onward(compare, tabs, project, restore)
            with gr.Tab(EDIT, id="edit") as third:
                senders: dict[str, Any] = {PROJECT: project, COMPARE: compare, RESTORE: restore}
                edit = EditTab(studio, tabs, senders)
            with gr.Tab(ABOUT, id="about") as last:
                about()
        opened = dict(zip(TABS, (first, beside, second, third, last), strict=True))
        arrival.wire(page, tabs, opened, project, restore, edit, compare)
        api(project_endpoint(studio), api_name="project", **GPU)
        api(compare_endpoint(studio), api_name="compare", **GPU)
        api(restore_endpoint(studio), api_name="restore", **GPU)
        api(edit_endpoint(studio), api_name="edit", **GPU)
    page.queue(max_size=16)
    page._queue.sleep_when_free = IDLE
    return page
