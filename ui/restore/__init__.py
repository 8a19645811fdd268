"""The Restore tab. `tab.py` lays it out; `degradation.py` is the card that asks what happened to a
picture, with `knobs.py` and, for what the search will see, `preview.py`; `stage.py` and `answer.py`
show the run and its answers. Picture, settings and run are those of `ui.project`.
"""
