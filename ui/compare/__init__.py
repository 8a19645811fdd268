"""The Compare tab. `tab.py` lays it out; `settings.py` is the card that asks which methods race and
on what terms; `run.py` is a race from the click to its end, `stage.py` shows it, on the `board.py`
of cells, and `results.py` what comes after; `onward.py` sends a cell to another tab. The picture is
that of `ui.project`.
"""
