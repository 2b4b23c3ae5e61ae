# Everything runs in a virtual environment in the checkout, made from pyproject.toml when it is first needed.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)

.PHONY: help demo test lint format bench fuzz torture differential docs record-conformance clean

help: ## Show what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found on the PATH." >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV), once."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing iac and what it needs into $(VENV), once; this takes a while."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing iac and what its tests need into $(VENV), once; this takes a while."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed ## Plan, apply, change, apply again and ask the audit log, on a copy of an example.
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: $(VENV)/.installed-dev ## Run the tests.
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.installed-dev ## Check style, types and layers.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev ## Measure; beside terraform where it is installed.
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.plugin

differential: $(VENV)/.installed-dev ## Compare generated expressions with terraform at length.
	$(BIN)/python -m tests.conformance.differential

fuzz: $(VENV)/.installed-dev ## Run commands on inputs changed at random, at length.
	$(BIN)/python -m tests.fuzz

torture: $(VENV)/.installed-dev ## Kill every command and make it fail, at length; nothing may be lost.
	$(BIN)/python -m tests.torture

docs: $(VENV)/.installed-dev ## Write the generated pages, and the SQL of the tables, anew.
	$(BIN)/python -m iac.storage
	$(BIN)/python -m iac.providers.docs docs
	$(BIN)/python -m iac.cli.docs docs/cli.md
	$(BIN)/python -m iac.hcl.functions.docs docs/functions.md

record-conformance: $(VENV)/.installed-dev ## Record anew what Terraform answers, where it is installed.
	$(BIN)/python tests/conformance/record_all.py

clean: ## Remove everything that was made.
	rm -rf $(VENV) .demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
