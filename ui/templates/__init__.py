"""What the page draws as HTML: one Jinja2 template a drawing, in which every value is escaped.

`render(name, …)` fills one in; what it returns is markup, which another template takes as it is.
`macros.html` has the pieces that several share: status line, figure, table, note.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from inversion.pictures.images import Picture, png


def uri(picture: Picture) -> str:
    """A picture as a data URI: PNG when small, JPEG when that would be slow to send."""
    if picture.shape[0] <= 64:
        kind, data = "png", png(picture)
    else:
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "jpeg", quality=90)
        kind, data = "jpeg", stream.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {
    "uri": uri,
    "plain": lambda name: name.replace("_", " "),
}


def render(name: str, **values: Any) -> Markup:
    """The drawing of that name. Raises jinja2.UndefinedError where a value is missing."""
    return Markup(ENVIRONMENT.get_template(f"{name}.html").render(values).strip())


def macro(name: str, *given: Any, **values: Any) -> Markup:
    """One of the shared pieces."""
    shared = ENVIRONMENT.get_template("macros.html").module
    return Markup(getattr(shared, name)(*given, **values))
