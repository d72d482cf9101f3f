# Everything is done from here. Each of `run` and `test` sets itself up from python3, make and the
# package index alone; the set-up is repeated only when pyproject.toml has changed.

# A Python that really runs and is recent enough: the system's own first, for distributions build
# theirs with profile-guided optimisation, which is worth a sixth here; or else the newest.
find_python := for p in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	2>/dev/null && echo $$p && break; done
PYTHON ?= $(shell $(find_python))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
ARGS ?=
TESTERS ?= $(shell expr $$(nproc) + 1)
PROOF_DIR ?= build
MQTTJS_VERSION := 5.16.0
# The tests start the program hundreds of times: what is compiled once need not be compiled again.
unexport PYTHONDONTWRITEBYTECODE
GENERATED := fleet/wire/asyncapi.yaml docs/metrics.md docs/life.md docs/faults.md docs/profiles.md docs/coverage.md

.DEFAULT_GOAL := help
.PHONY: help run test lint check bench peers big proof contract wheel clean \
	dashboards dashboards-check dashboards-verify alerts-verify scrape-cost gallery stack

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Play the demo; more with ARGS="--terminals 3000 --duration 30s --seed 7"
	@$(BIN)/fleet run $(ARGS)

# Most tests run side by side, one more than there are cores since live runs wait more than they
# work; those about time then run alone. (5: ARGS chose none of these.)
test: $(VENV)/.test ## Run the tests; ARGS go to pytest
	@$(BIN)/python -m pytest --numprocesses=$(TESTERS) --dist=loadfile --no-loadscope-reorder \
		-m 'not alone' $(ARGS) || [ $$? = 5 ]
	@$(BIN)/python -m pytest -m alone $(ARGS) || [ $$? = 5 ]

lint: $(VENV)/.lint ## Check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

check: lint contract dashboards-check ## Check style, types, and that no generated file is stale
	@git diff --exit-code --stat -- $(GENERATED) || \
		{ echo 'Generated files were stale; they are written anew: commit them' >&2; exit 1; }

bench: $(VENV)/.bench ## Measure every claim of speed, beside its peers
	@$(BIN)/python -m benchmarks $(ARGS)

dashboards: $(VENV)/.dashboards ## Write the dashboards' JSON and the rules' YAML anew
	@$(BIN)/python -m dashboards write

dashboards-check: $(VENV)/.dashboards ## Check dashboards and rules without starting anything
	@$(BIN)/python -m dashboards check

dashboards-verify: $(VENV)/.dashboards ## Ask a real Prometheus every query of every panel and rule
	@$(BIN)/python -m dashboards verify

alerts-verify: $(VENV)/.dashboards ## Let every alert fire in a live run, and none in a steady one
	@$(BIN)/python -m dashboards alerts

scrape-cost: $(VENV)/.dashboards ## Measure a scrape of a run of 20,000 terminals
	@$(BIN)/python -m dashboards cost

gallery: $(VENV)/.dashboards ## Draw a preview of all panels from a recorded run
	@$(BIN)/python -m dashboards gallery

stack: $(VENV)/.dashboards ## Run Prometheus beside a run; ARGS="HOST:PORT ..." for several
	@$(BIN)/python -m dashboards stack $(ARGS)

# Into build/peers; what installs one may be missing, then the benchmarks leave that peer out.
peers: ## Install peers for the benchmarks that are no Python packages: mqtt.js, Paho for Go
	@mkdir -p build/peers
	@if command -v npm >/dev/null; then \
		npm install --loglevel=error --no-save --no-package-lock --prefix build/peers \
			mqtt@$(MQTTJS_VERSION) >/dev/null; \
		else echo 'mqtt.js is not installed: there is no npm (Debian: apt-get install npm)' >&2; fi
	@if command -v go >/dev/null; then cd benchmarks/peers/paho_go && go build -o $(CURDIR)/build/peers/; \
		else echo 'Paho for Go is not built: there is no go (https://go.dev/dl)' >&2; fi

big: $(VENV)/.bench ## Prove that two shards carry 38,000 terminals; some minutes
	@$(BIN)/python -m benchmarks.big $(ARGS)

proof: $(VENV)/.test ## Make the default dataset in PROOF_DIR and prove it, with all figures; more with ARGS="--seed 2"
	@rm -rf $(PROOF_DIR)/proving $(PROOF_DIR)/proving.partial
	@$(BIN)/fleet dataset --workers 2 --out $(PROOF_DIR)/proving $(ARGS)
	@$(BIN)/fleet verify --figures $(PROOF_DIR)/proving

contract: $(VENV)/.run ## Write anew what is generated from the code
	@$(BIN)/python -m fleet.wire.contract
	@$(BIN)/python docs/metrics.py
	@$(BIN)/python docs/life.py
	@$(BIN)/python docs/profiles.py
	@$(BIN)/python docs/faults.py
	@$(BIN)/python docs/coverage.py

wheel: $(VENV)/.run ## Build the wheel into dist/
	@$(PIP) wheel --no-deps --wheel-dir dist .

clean: ## Remove what was made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'No Python from 3.11 to 3.13 with venv was found:' \
		'install one (Debian: apt-get install python3-venv), or say make PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	@echo 'Setting up ...' >&2
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.bench $(VENV)/.dashboards: $(VENV)/.%: pyproject.toml $(VENV)/.run
	@$(PIP) install --editable '.[$*]'
	@touch $@
