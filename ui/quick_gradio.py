"""Gradio, imported in half the time.

When it is imported, it parses the source of each of its components to bring a `.pyi` file beside it
up to date, which the installed package has already; it leaves a component alone for which
`inspect` finds no file.
"""

from unittest.mock import patch

with patch("inspect.getfile", side_effect=FileNotFoundError):
    import gradio  # noqa: F401
