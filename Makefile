# Everything a newcomer runs. `make demo` and `make test` do all their own set-up.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= data/demo
DEMO_FLAGS ?=

.PHONY: demo test check bench lock messages migrate clean

demo: .venv/.runtime
	$(BIN)/menxia demo --data $(DATA) $(DEMO_FLAGS)

test: .venv/.dev
	$(BIN)/python -m pytest

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bot.catalogues check
	$(MAKE) test

bench: .venv/.dev
	$(BIN)/python -m tests.bench

messages: .venv/.dev
	$(BIN)/python -m bot.catalogues update

migrate: .venv/.runtime
	$(BIN)/menxia migrate --data $(DATA)

# Pins with hashes; no registry address is written. Needs `pip install uv` once.
lock:
	uv pip compile -q pyproject.toml --extra build --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements.lock
	uv pip compile -q pyproject.toml --extra build --extra dev --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements-dev.lock

.venv/bin/python:
	sh deploy/make-venv.sh $(PYTHON)

.venv/.runtime: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf .venv data .mypy_cache .ruff_cache .pytest_cache .hypothesis
