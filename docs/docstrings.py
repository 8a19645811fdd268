"""Docstrings as Markdown: an aligned table becomes a list, an example a block of code."""

from __future__ import annotations

import re
from typing import Any

import griffe

ROW = re.compile(r"^(\S+(?:, \S+)*) {2,}(\S.*)$")


class Readable(griffe.Extension):
    """What mkdocstrings loads."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = markdown(obj.docstring.value)


def markdown(text: str) -> str:
    """A docstring's text, a paragraph at a time."""
    return "\n\n".join(_paragraph(each) for each in re.split(r"\n{2,}", text.strip("\n")))


def _paragraph(text: str) -> str:
    lines = text.split("\n")
    if lines[0].startswith(">>>"):
        return "\n".join(["```pycon", *lines, "```"])
    rows = [bool(ROW.match(line)) for line in lines]
    rest = [line.startswith("  ") or row for line, row in zip(lines, rows, strict=True)]
    first = rows.index(True) if True in rows else len(lines)
    if first == len(lines) or not all(rest[first:]):
        return text
    shown = [ROW.sub(r"- `\1` \2", line) if row else line for line, row in zip(lines, rows)]  # noqa: B905
    return "\n".join([*lines[:first], "", *shown[first:]])
