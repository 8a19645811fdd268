"""`python -m benchmarks`: what cannot be is a sentence."""

import runpy
import sys

import pytest

from models.errors import StudioError


@pytest.mark.slow  # every benchmark is imported
def test_benchmarks_end_with_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(argv: list[str]) -> None:
        raise StudioError("There is no such thing. Choose another.")

    from benchmarks.pix2latent import refined_or_asked

    monkeypatch.setattr(refined_or_asked, "main", refuse)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "tell"])
    with pytest.raises(SystemExit, match="There is no such thing. Choose another."):
        runpy.run_module("benchmarks", run_name="__main__")
