# make run: the main job on a fresh machine · make test: every check · make test-all: slow ones too
# make bench: measured speed and accuracy · make docs: the documentation site
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.phusong-installed

.PHONY: setup docs run test test-all lint types imports check bench browser clean

setup: $(STAMP)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("phusong needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml setup.py scenarios/maps/assets/package-lock.json
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test,dev]'
	touch $@

run: setup
	$(BIN)/phusong run baseline-2024

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	mkdir -p build/typing/phusong
	for p in coverage geodata scenarios; do ln -sfn ../../../$$p build/typing/phusong/$$p; done
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

browser: setup
	sh tests/browser/install.sh

docs: types
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[docs]'
	$(BIN)/mkdocs build --strict

check: lint types imports

test: check browser
	$(BIN)/pytest -n 2 --dist loadscope -m 'not slow'

test-all: check browser
	-sh tests/geodata/install_postgis.sh
	$(BIN)/pytest -n 2 --dist loadscope

bench: setup
	$(BIN)/python docs/make_performance.py

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
