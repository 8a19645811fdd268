"""The Edit tab. `tab.py` lays it out and connects it; its cards meet at the `desk.py`.

Each card is a file: directions (with their `sliders.py`), classes, second result, discovery;
`stage.py` is the right half, `comparison.py` the picture in it that follows the sliders, `film.py`
what plays it, `effects_table.py` what an edit did and what a slider moves. `changes.py` is what
each control does to the plan of edits, and `studio.edit_state` what is kept of it.
"""
