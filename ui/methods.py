"""The methods in groups: what each does and costs, or why the chosen model cannot serve it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from inversion import METHODS
from inversion.methods import (
    Method,
    encoder,
    finetuned,
    ilo,
    pix2latent,
    placed,
    pti,
    sphinx,
    stylegan,
)
from inversion.solvers import Hybrid, Search, Then
from inversion.solvers.population import Population
from models.errors import StudioError
from models.outline import outline
from ui.studio import encoders

CODE = (Path(__file__).parent / "methods.js").read_text()
TEMPLATE = """
<div class="methods" role="radiogroup" aria-label="Method">
{{#each families}}
<details name="{{group}}s"><summary><b>{{title}}</b><small>{{members}}</small></summary>
{{#each rows}}
<label class="{{#if reason}}refused{{/if}}"><input type="radio" name="{{group}}" value="{{name}}"
{{#if reason}}disabled{{/if}}><span class="what"><b>{{title}}</b><small>{{#if reason}}{{reason}}
{{else}}{{summary}}{{/if}}</small></span><em>{{cost}}</em></label>
{{/each}}
</details>
{{/each}}
</div>
"""
FAMILIES = (
    ("In w, the generator's styles", stylegan.ROWS),
    ("In z and the class, as it was trained", pix2latent.ROWS),
    ("Where in the frame, then what", placed.ROWS),
    ("From an encoder's estimate", encoder.ROWS),
    ("The generator's weights, too", {**pti.ROWS, **finetuned.ROWS}),
    ("Through the layers", ilo.ROWS),
    ("By projection heads, and their rivals", sphinx.ROWS),
)


def method_list(value: str, model: str, group: str, **options: Any) -> gr.HTML:
    """One radio button a method; its value is the chosen method's name, a choice an `input`.

    `group` is the buttons' name: lists of one name would be one group of the browser's.
    """
    return gr.HTML(
        value,
        html_template=TEMPLATE.replace("{{group}}", group),
        js_on_load=CODE,
        apply_default_css=False,
        families=families(model),
        **options,
    )


def families(model: str) -> list[dict[str, Any]]:
    """What the list shows: every method once, in groups, as it stands with this model."""
    placed_somewhere = {name for _, rows in FAMILIES for name in rows}
    rest = {name: row for name, row in METHODS.items() if name not in placed_somewhere}
    return [
        {
            "title": title,
            "members": ", ".join(row.title for row in rows.values()),
            "rows": [
                {
                    "name": name,
                    "title": row.title,
                    "summary": row.summary,
                    "reason": refusal(name, model) or "",
                    "cost": cost(row),
                }
                for name, row in rows.items()
            ],
        }
        for title, rows in (*FAMILIES, ("More", rest))
        if rows
    ]


def refusal(method: str, model: str) -> str | None:
    """Why this model cannot be searched so, known before its weights are here; None if it can."""
    row = METHODS[method]
    if row.needs_encoder and not encoders(model):
        return f"{row.title} begins at an encoder's estimate, and {model} has no encoder."
    try:
        return replace(row, needs_encoder=False).refuses(outline(model))
    except StudioError:
        return None  # the run will say what is wrong with the model's file


def served(method: str, model: str) -> str:
    """This method, or the first one that the model can serve instead."""
    return next(
        (name for name in (method, *METHODS) if refusal(name, model) is None),
        method,
    )


def cost(row: Method) -> str:
    """What a run takes, in a word: one picture a step, or a population of them a part of the run,
    or all of it."""
    if isinstance(row.solver, Hybrid | Search):
        return "slow"
    if isinstance(row.solver, Population | Then):
        return "patient"
    return "quick"
