# Everything a fresh machine needs is Python 3.11 or newer and make:
#
#   make demo               the whole mission on this machine, with a video of its own (VIDEO=path for yours)
#   make test               lint, types and the tests, under five minutes on two cores
#   make test-all           the same and what is slower: long histories, long fuzzing, many kills, training
#   make bench              the benchmarks, each printing its own ratio (DATA=folder of pictures for coverage)
#   make lock               renew constraints.txt (needs uv)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
VIDEO ?=
DATA ?=
JOBS ?= 2
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test test-all lint types bench lock clean

demo: $(VENV)/.installed $(if $(VIDEO),,$(DEMO)/people.mp4)
	MASKFLOW_HOME=$(CURDIR)/$(DEMO)/home $(BIN)/maskflow run --local -f workflows/mask.yaml -o $(DEMO) \
	    "$(or $(VIDEO),$(DEMO)/people.mp4)"

$(DEMO)/people.mp4: $(VENV)/.installed workflows/demo/pictures/points.json src/maskflow/training/democlip.py
	mkdir -p $(DEMO)
	$(BIN)/python -m maskflow.training.democlip workflows/demo/pictures $@

test: lint types
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow"

test-all: $(VENV)/.trainable lint types
	$(BIN)/python -m pytest -n $(JOBS)

lint: $(VENV)/.developable
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.developable
	$(BIN)/mypy

bench: $(VENV)/.developable
	for name in startup plan_1000 warm_event throughput sampling detector pipeline; do \
	    echo "== $$name"; $(BIN)/python tests/benchmarks/$$name.py || exit 1; \
	done
	$(if $(DATA),$(BIN)/python tests/benchmarks/coverage.py --data "$(DATA)")

lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-header --no-annotate \
	    --no-emit-index-url --quiet --output-file constraints.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Stamps: each is newer than what it was made from, so that a second run installs nothing.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "maskflow needs Python 3.11 or newer; $(PYTHON) is older: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

$(VENV)/.developable: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	touch $@

$(VENV)/.trainable: $(VENV)/.developable
	$(PIP) --editable '.[dev,train]'
	touch $@
