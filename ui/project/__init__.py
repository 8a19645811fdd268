"""The Project tab. `tab.py` lays it out and says what a run is asked for.

On the left the cards `picture.py`, `settings.py` (with `method_list.py` and `model_choice.py`); on
the right `stage.py`, which shows a run, and in it the answer: `projected.py`, with `fine_tuning.py`
below. `run.py` leads from a click to an answer and `answer.py` is what every answer can do: Restore
is composed of the same two.
"""
