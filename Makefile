# Every habit of this project. `make` alone lists them.
# Needs: Python 3.11 or newer with pip, make, git. Everything else is brought, and brought once: the stamps say what is there.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
STAMPS := .venv/stamps
NODE_GROUP := $(if $(shell command -v npm 2>/dev/null),,--group node)
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
JOBS ?= 2
PAGES := $(shell find src/antiphon -name '*.html' -o -name '*.py' -o -name '*.js' -not -path '*/vendor/*')

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv

.PHONY: help run setup test test-faults test-security audit sbom check fix bench docs pictures build clean

##@ Use
run: setup ## run Antiphon with the CM sandbox and a demo account; Ctrl-C stops it
	@ANTIPHON_LOG_JSON="$${ANTIPHON_LOG_JSON:-false}" $(BIN)/antiphon up --sandbox --demo

##@ Develop
test: check $(STAMPS)/chromium ## everything CI runs: all checks, then all tests
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -q

check: setup ## format, lint, types, imports, templates, house rules
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet src
	$(BIN)/python -m checks
	$(BIN)/python -m tools.audit

test-faults: setup ## strike a whole site with every fault, some minutes; FAULTS="--seed 7 --only disk" replays a part
	$(BIN)/python -m tests.faults $(FAULTS)

test-security: setup ## requests made by chance from the API's description, many more than `test` makes; REQUESTS=200 of each kind
	TEST_REQUESTS=$(or $(REQUESTS),50) $(BIN)/pytest -q tests/security

audit: setup ## what is publicly known against the packages of both locks; says so where it cannot be asked
	$(BIN)/python -m tools.audit

sbom: setup ## write what the product is made of to dist/, as CycloneDX, from the locks
	$(BIN)/python -m tools.sbom

fix: setup ## repair what can be repaired by machine
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .
	-$(BIN)/djlint --reformat --quiet src

bench: setup ## measure this machine, on scratch databases; figures go to bench/results
	$(BIN)/antiphon bench --results bench/results

docs: setup ## rewrite the tables of docs/ that code tells
	$(BIN)/python -m tools.pages

pictures: setup $(STAMPS)/chromium ## take the pictures of the README again, from a demo that `make run` has just begun
	$(BIN)/python -m tools.pictures

##@ Prepare
setup: $(STAMPS)/python $(STAMPS)/static ## bring everything `run` needs (done by the others)

build: ## copy scripts and icons for the pages again
	rm -f $(STAMPS)/static
	$(MAKE) --no-print-directory $(STAMPS)/static

clean: ## remove what was brought or made, except the database in var/
	rm -rf .venv node_modules dist src/antiphon/static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@awk 'BEGIN {FS = ":.*## "; print "Antiphon: make <target>"} \
		/^##@/ {print "\n" substr($$0, 5)} \
		/^[a-z-]+:.*## / {sub(/:.*/, "", $$1); printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A venv without its own pip (Debian splits ensurepip off) still works: uv then comes by the system's pip.
$(STAMPS)/uv:
	@test -n "$(PYTHON)" || { echo "Antiphon needs Python 3.11 or newer" >&2; exit 1; }
	@if ! test -x $(BIN)/uv; then \
		{ $(PYTHON) -m venv .venv >/dev/null 2>&1 && $(BIN)/python -m pip install -q uv; } || \
		{ rm -rf .venv && $(PYTHON) -m venv --without-pip .venv && \
		  $(PYTHON) -m pip install -q --target .venv/uv uv && ln -s ../uv/bin/uv $(BIN)/uv; }; fi
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/python: pyproject.toml uv.lock | $(STAMPS)/uv
	$(BIN)/uv sync -q --frozen --inexact $(NODE_GROUP)
	@touch $@

$(STAMPS)/node: package-lock.json package.json | $(STAMPS)/python
	$(NPM) ci --ignore-scripts --silent --no-fund --no-audit
	@touch $@

$(STAMPS)/static: $(STAMPS)/node tools/static.py $(PAGES)
	$(BIN)/python -m tools.static
	@touch $@

$(STAMPS)/chromium: | $(STAMPS)/python
	$(BIN)/python -m tools.chromium
	@touch $@
