"""The methods in groups: what each does and costs, or why the chosen model cannot serve it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from inversion import METHODS
from inversion.methods import Method
from inversion.methods.spaces import MATRIX, changes, listed, matrices, space
from inversion.solvers import Hybrid, Search, Then
from inversion.solvers.population import Population
from models.errors import StudioError
from models.generators.generator import Generator
from models.weights.outline import outline
from studio.runs import encoders

CLAIM = " Its paper says that it follows pictures unlike those of the training, too."
MANY = 2000  # steps of a full run
CODE = (Path(__file__).parent / "method_list.js").read_text()
TEMPLATE = """
<div class="methods" role="radiogroup" aria-label="Method">
{{#each families}}
<details name="{{group}}s"><summary><b>{{title}}</b><small>{{note}}</small></summary>
{{#each rows}}
<label class="{{#if reason}}refused{{/if}}"><input type="radio" name="{{group}}" value="{{name}}"
{{#if reason}}disabled{{/if}}><span class="what"><b>{{title}}</b><small>{{#if reason}}{{reason}}
{{else}}{{summary}}<i>What is searched: {{changes}}.{{claim}}</i>{{/if}}</small></span>
<em>{{cost}}<br>{{steps}}</em></label>
{{/each}}
</details>
{{/each}}
</div>
"""


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
    """What the list shows: every method once, by the space it searches, as it stands with this
    model: what it is good for, what it changes, what it costs."""
    G = known(model)
    return [
        {
            "title": group.title,
            "note": group.note,
            "rows": [
                {
                    "name": name,
                    "title": row.title,
                    "summary": row.summary,
                    "changes": changes(row, G),
                    "claim": CLAIM if row.out_of_domain else "",
                    "reason": refusal(name, model) or "",
                    "cost": cost(row),
                    "steps": "no steps" if row.one_answer else f"{row.steps} steps",
                }
                for name, row in METHODS.items()
                if space(row) is group
            ],
        }
        for group in listed(G)
    ]


def known(model: str) -> Generator | None:
    """The model's outline; None where its file is missing or damaged: the run will say so."""
    try:
        return outline(model)
    except StudioError:
        return None


def refusal(method: str, model: str) -> str | None:
    """Why this model cannot be searched so, known before its weights are here; None if it can."""
    row = METHODS[method]
    if row.needs_encoder and not encoders(model):
        return f"{row.title} begins at an encoder's estimate, and {model} has no encoder."
    G = known(model)
    return None if G is None else replace(row, needs_encoder=False).refuses(G)


def served(method: str, model: str, usual: str) -> str:
    """This method, or the first one that the model can serve instead. A model of matrices is
    searched in these, and the next one as usual again."""
    of_matrices = space(METHODS[method]) is MATRIX
    if of_matrices != matrices(known(model)):
        method = usual if of_matrices else "W"
    return next(
        (name for name in (method, *METHODS) if refusal(name, model) is None),
        method,
    )


def cost(row: Method) -> str:
    """What a run takes, in a word: one picture a step, many steps or a population of pictures a
    part of the run, or populations all of it."""
    if isinstance(row.solver, Hybrid | Search):
        return "slow"
    if isinstance(row.solver, Population | Then) or row.steps > MANY:
        return "patient"
    return "quick"
