# The developers' manual. `make` alone prints it.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
ARGS   ?=
CHROMIUM := /usr/bin/chromium

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint docs bench train clean

# Tests run side by side; a thread each, since more would wait for one another. What they import is
# compiled once, also where the environment would have each process and each run do it again.
PYTEST := OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(PY) -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadscope

help:           ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18
	@echo
	@echo "  make bench ARGS='projection --count 8'      one benchmark, smaller"
	@echo "  make train ARGS='gan --minutes 60'          one training; resumes where it stopped"
	@echo "  GRADIO_SERVER_PORT=7861 make demo           another port"

$(VENV)/demo: requirements.txt requirements-lpips.txt
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q -r requirements.txt
	$(PY) -m pip install -q --no-deps -r requirements-lpips.txt
	touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/demo
	$(PY) -m pip install -q -r requirements-dev.txt
	touch $@

demo: $(VENV)/demo   ## install, then the page at http://127.0.0.1:7860 (no GPU, no network beyond the install)
	$(PY) app.py

test: $(VENV)/dev    ## every test; those in a browser are skipped, and said so, where Chromium is missing
	$(PYTEST) $(ARGS)

test-fast: $(VENV)/dev   ## those that need neither a browser nor more than a moment
	$(PYTEST) -m "not browser and not slow" $(ARGS)

lint: $(VENV)/dev    ## ruff, mypy, and which file may import which
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-logo
	$(VENV)/bin/mypy

docs: $(VENV)/dev    ## the site of the API and the manuals, in site/; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict

bench: $(VENV)/dev   ## measurements, one command each; they write docs/results.md
	$(PY) -m benchmarks $(ARGS)

train: $(VENV)/dev   ## the trainings behind the embedded weights: bake, gan, perceptual
	$(PY) -m training $(ARGS)

clean:          ## remove the environment and caches, never runs/
	rm -rf $(VENV) site .import_linter_cache .mypy_cache .ruff_cache .pytest_cache
