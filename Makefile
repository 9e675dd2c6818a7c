# `make lab` to learn, `make test` to test, `make run` to work through every lesson without a browser.
# Each recipe is what you would type yourself, with pip or in a conda environment; README.md says how.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
COURSE := $(VENV)/bin/course

# The first of these that is new enough makes the environment; `make lab PYTHON=/path/to/python3` names another.
CANDIDATES := $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python3.10 python)
NEW_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))

# On Linux without an NVIDIA GPU the CPU build of PyTorch (a tenth of the size) comes from PyTorch's own index, if that
# answers within two seconds; else pip takes what it finds under the pin.
CPU_INDEX := https://download.pytorch.org/whl/cpu
KNOCK := from urllib.request import urlopen; urlopen('$(CPU_INDEX)/torch/', timeout=2)
IS_CPU := test "$$(uname -s)" = Linux && ! nvidia-smi -L && timeout 6 $(PY) -c "$(KNOCK)"
INDEX = $(shell { $(IS_CPU); } >/dev/null 2>&1 && echo --extra-index-url $(CPU_INDEX))

# Four workers for two cores, since browsers, sandboxes and kernels make a worker wait; what shares a server stays with
# one worker (tests/conftest.py says what that is).
WORKERS := 4
PYTEST = $(PY) -m pytest --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help lab run test quick test-oldest test-newest bench site moved

help:
	@echo "make lab    set up, and open JupyterLab on Start here"
	@echo "make run    set up, work through every lesson, print the scoreboard"
	@echo "make test   set up, then run every test"
	@echo "make quick  set up, then run the tests that need no browser, no downloaded data and no other processes"
	@echo "make quick LESSON=5"
	@echo "            the same, of one lesson: its exercises and the form of its notebook"
	@echo "make test-oldest, make test-newest"
	@echo "            unit and exercise tests on the oldest and newest versions that pyproject.toml allows"
	@echo "make bench  set up, then measure speed beside other libraries"
	@echo "make site   set up, then build the course's site into build/site"

lab: $(VENV)/.installed
	$(COURSE) lab

run: $(VENV)/.installed
	$(COURSE) run

# Hundreds of processes import the same files: what Python compiles of them is kept, whatever the surroundings say.
# Types are checked while the first tests run: that takes half a minute of one core.
test quick: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/.installed-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy & types=$$!; $(PYTEST) -n $(WORKERS); tested=$$?; wait $$types && exit $$tested

# Proofs under three seeds instead of twenty. One lesson is over before a second worker has begun.
quick: WHICH = $(if $(LESSON),-n 0 --lesson $(LESSON) tests/exercises tests/notebooks,-n 2)
quick: $(VENV)/.installed-test
	PROOF_SEEDS=3 $(PYTEST) -m "not browser and not data and not process" $(WHICH)

# The ends of what pyproject.toml allows, each in an environment of its own; PYTHON names a Python other than the tests'.
test-oldest: RESOLUTION := lowest-direct
test-newest: RESOLUTION := highest
test-oldest test-newest: $(VENV)/.installed-test
	$(PY) -m uv venv --quiet --clear --python $(if $(PYTHON),"$(PYTHON)",$(PY)) .venv-$@
	$(PY) -m uv pip install --python .venv-$@ --resolution $(RESOLUTION) $(INDEX) --index-strategy unsafe-best-match \
	  --editable ".[lab,test]"
	.venv-$@/bin/python -m pytest tests/unit tests/exercises

# Each subject in turn; what has no peer installed needs none. The scoreboard is apart: `course bench promoters`.
bench: $(VENV)/.installed-bench
	set -e; for subject in one_hot logo ism shuffle scan fit import grading widgets lessons own explore room; do \
	  $(PY) benchmarks/$$subject.py; \
	done
	$(PY) benchmarks/page.py

site: $(VENV)/.installed-site
	$(PY) docs/site/build.py

# An environment knows where it lies: after the folder was moved or renamed it is installed again.
ifneq ("$(CURDIR)","$(shell cat $(VENV)/.installed 2>/dev/null)")
$(VENV)/.installed: moved
endif

# PyTorch first, so that nothing else pulls a build that this machine has no use for.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Setting up: some minutes, about 2 GB (several more with an NVIDIA GPU); pip is silent for a while."
	$(PIP) install --constraint constraints.txt $(INDEX) torch
	$(PIP) install --constraint constraints.txt --editable ".[lab]"
	@echo "$(CURDIR)" > $@

$(VENV)/.installed-test: $(VENV)/.installed $(VENV)/colab-older
	$(PIP) install --constraint constraints.txt --editable ".[lab,site,test]"
	@touch $@

# What the tests' stand-in for Colab holds in other versions.
$(VENV)/colab-older: tests/packaging/colab.txt | $(VENV)/.installed
	$(PIP) install --quiet --no-deps --upgrade --target $@ --requirement $<
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-test
	$(PIP) install --constraint constraints.txt --editable ".[lab,bench,test]"
	@touch $@

$(VENV)/.installed-site: $(VENV)/.installed
	$(PIP) install --constraint constraints.txt --editable ".[lab,site]"
	@touch $@

$(VENV)/bin/pip:
	@for python in $(CANDIDATES); do \
	  if "$$python" -c "$(NEW_ENOUGH)" 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "This course needs Python 3.10 or newer with the venv module, and found" \
	  "$$($(if $(PYTHON),"$(PYTHON)",python3) --version 2>&1 || echo none)." >&2; \
	echo "Install a newer one (python.org, your package manager or conda; on Debian and Ubuntu also python3-venv)," >&2; \
	echo "or name the one to use: make lab PYTHON=/path/to/python3" >&2; \
	exit 1
