"""The About tab: what this is, models, methods, limits, privacy, licences. Tables are derived."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from inversion import METHODS
from models import CATALOG, Checkpoint
from ui.components.controls import drawing
from ui.components.html import entry, table
from ui.project.model_choice import checked, size

WHAT = """
## What this is
A generator draws a picture for a code. Inversion goes the other way: given your picture, it looks
for the code. With the code in hand the picture can be kept, drawn again to the last bit, and
compared between methods. The studio puts the published ways of searching behind one page: the same
picture, the same numbers.
"""

LIMITS = """
## Limits
- **The embedded generators are small.** They draw 64 × 64 pixels. Avatars knows vinyl toys: with
  *Closest likeness* a photo comes back so that one recognises it, but with methods that stay among
  what the generator was taught, as a toy in its pose, colours and light. Portraits draws rough
  faces, after photographs of officials of one country. What any of them draws for a stranger, or
  for a hole in a picture, is invented. For large photographs, choose a generator from the Hub.
- **Numbers are called what they are.** *LPIPS* is the published distance. Where its networks are
  not installed, *perceptual distance (embedded)* stands instead, by a small network that this
  project trained; it is not LPIPS. Searches follow the small one unless you choose otherwise.
- **A mask changes what is measured.** Where an object is painted, loss and numbers are those inside
  the painted area.
- **Fine-tuning copies your picture into the weights.** The nearer it comes, the less the generator
  is itself; the strength slider shows the way between.
- **A low loss is no proof.** Spaces with more freedom copy better and edit worse; z stays closest
  to what the generator was trained to draw.
- **Memory and time grow** with resolution, seeds and steps. 1024-pixel generators want a GPU.
"""

PRIVACY = """
## Privacy
Your picture is sent to the machine that runs this page and nowhere else. It stays in your session
only: no other visitor can see it, nothing about it is logged or kept for training, and its files
are deleted about an hour after you last used them, or when the page is shut down. The address of
the page tells tab, model and settings, never your picture, and nothing is sent for analytics.
Choosing a Hub model downloads its weights to the machine, which tells the Hub that they were
fetched, not what for.
"""

LICENCES = """
## Licences
The studio and its embedded weights are under Apache-2.0. The embedded perceptual network was taught
on pictures that include medical scans of MedNIST, prepared by Dr. Bradley J. Erickson M.D., Ph.D.
(Department of Radiology, Mayo Clinic) and available under CC BY-SA 4.0; its model card says more.
Models from the Hub keep the licences in the table below; several allow no commercial use.
Provenance of the example pictures stands in `assets/README.md`.
"""


def about() -> None:
    """Lays the tab out."""
    with gr.Column(elem_classes="card about"):
        gr.Markdown(WHAT)
        with gr.Row(elem_classes="columns"):
            with gr.Column(min_width=300):
                gr.Markdown(LIMITS)
            with gr.Column(min_width=300):
                gr.Markdown(PRIVACY)
                gr.Markdown(LICENCES)
        drawing(Markup("<h2>Models</h2>") + models_table())
        drawing(Markup("<h2>Methods</h2>") + methods_table())


def models_table() -> Markup:
    """Every checkpoint of the catalog."""
    return table(
        ["model", "draws", "licence", "source", "file check"],
        (
            (
                entry(row.title, row.use),
                f"{row.resolution}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{row.resolution}"
                if row.resolution
                else "–",
                row.licence,
                source(row),
                checked(row),
            )
            for row in CATALOG.values()
        ),
    )


def source(row: Checkpoint) -> str:
    """Where the file comes from."""
    if row.embedded:
        return "embedded"
    return entry(row.repository, size(row), bold=False)


def methods_table() -> Markup:
    """Every row of METHODS; the short name is what the command line and the endpoint take."""
    return table(
        ["method", "what it does", "source"],
        ((entry(row.title, name), row.summary, row.source) for name, row in METHODS.items()),
    )
