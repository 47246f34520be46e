# Everything works on a fresh machine with Python 3.11 (or 3.12, 3.13) and make.
#
#   make demo     run the demonstration; results land in demo-results/
#   make test     every test
#   make quick    every test but the slow ones
#   make check    style, types and the rules about who may import whom
#   make docs     build the book of the model; it lands in site/
#   make reproduce   make every table and figure of book and studies again and check sums, in minutes; FULL=1 runs every
#                 study again first, which takes the hours it says
#   make acceptance   measure the dashboard's times and write docs/acceptance.md (needs Chromium)
#   make screenshots  take a picture of every page in both themes, in docs/screenshots/ (needs Chromium)
#   make clean    forget the environment and everything a tool left behind
#
# Another interpreter or folder: make test PYTHON=python3.12 VENV=.venv-3.12

VENV ?= .venv
WORKERS ?= 2
ifndef PYTHON
PYTHON := $(firstword $(foreach name,python3.11 python3,$(shell $(name) -c "print('$(name)')" 2>/dev/null)))
endif

BIN := $(VENV)/bin
CORE := $(VENV)/.core
STAMP := $(VENV)/.installed
AXE := node_modules/axe-core/axe.min.js
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test quick check docs reproduce acceptance screenshots clean

help:
	@sed -n 's/^#   //p' Makefile

$(VENV): $(STAMP) ;

# What a run needs, and no more: the demonstration should not wait for the tools of the tests.
$(CORE): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "sp_abm needs Python 3.11, 3.12 or 3.13, and no python3 was found."; exit 1; }
	@"$(PYTHON)" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))" || { \
		echo "sp_abm needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)."; \
		echo "Name another one: make PYTHON=python3.12"; exit 1; }
	@echo "Building $(VENV) with $$("$(PYTHON)" --version); the first time takes a minute or two."
	@"$(PYTHON)" -m venv $(VENV)
	@$(INSTALL) -e .
	@touch $@

$(STAMP): $(CORE)
	@$(INSTALL) -e ".[dev]"
	@touch $@

demo: $(CORE)
	$(BIN)/sp-abm demo --out demo-results

test: $(VENV)
	@$(MAKE) --no-print-directory $(AXE) >/dev/null 2>&1 || echo "npm cannot bring axe-core: the accessibility test is left out."
	$(BIN)/pytest -n $(WORKERS)

quick: $(VENV)
	$(BIN)/pytest -n $(WORKERS) -m "not slow"

# The accessibility checker of the browser tests. Where npm is absent that check is left out, and said so.
$(AXE):
	npm install --no-save --no-package-lock --no-audit --no-fund axe-core@4

acceptance: $(VENV)
	$(BIN)/python -m benchmarks.dashboard

screenshots: $(VENV)
	$(BIN)/python -m benchmarks.screenshots

check: $(VENV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "The book is site/index.html: open it in a browser; it needs no server and no internet."

# The sums are those of `experiments/SHA256SUMS`.
reproduce: $(VENV)
	$(BIN)/python -m experiments.reproduce $(if $(FULL),--full)

clean:
	rm -rf .venv .venv-* node_modules build dist site demo-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests docs benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +
