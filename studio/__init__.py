"""The page's engine, which knows no Gradio. `Studio` in `runs.py` keeps models ready and runs a job
as a stream of `messages`; `Restorer` and `Editor` do the same for restorations and edits.

`session.py` and `edit_state.py` are what one visitor has, `visits.py` finds it again for a page
that is loaded again, `session_files.py` is where the files lie, `model_cache.py` what all visitors
share; `presets.py` makes a wish into a method, `verdict.py` says what to think of an answer.
"""
