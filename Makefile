# Everything a person does with this project. `make` alone lists it.

BIN := .venv/bin
STAMP := .venv/stamp
PAGES := $(shell find templates gateway_platform tenants routing billing cache -name '*.html' -o -name '*.py')
MODEL := $(if $(filter-out 0,$(LOCAL_MODEL)),$(STAMP)-local-model)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up test lint format behaviours conformance bench bench-peers setup setup-dev assets lock clean

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## Set everything up and run it (PORT=8080; LOCAL_MODEL=1 adds a real small model)
	@$(MAKE) --no-print-directory -j2 setup
	@$(BIN)/python -m gateway_platform.up

test: ## Set everything up and run the tests (ARGS='-k journal')
	@$(MAKE) --no-print-directory -j2 setup-dev .venv-clients/.stamp node_modules/.stamp-clients
	@$(BIN)/pytest -n auto --dist loadfile -m "not bench" $(ARGS)

lint: setup-dev ## Check style, types, import rules, templates, migrations
	@.ci/lint

format: setup-dev ## Put the Python code into the house's form
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .

behaviours: setup-dev ## Say which of the promised behaviours have a passing test
	@$(BIN)/python -m tests.behaviours

conformance: setup-dev ## Run recorded traffic through every adapter and dialect (DATA=dir)
	@$(BIN)/python -m tests.conformance $(DATA)

bench: setup-dev ## Measure the gateway against a bare proxy of the usual parts
	@$(BIN)/python -m benchmarks.run $(ARGS)

bench-peers: setup-dev ## Measure the gateway against its peers
	@$(BIN)/python -m benchmarks.peers $(ARGS)

setup: $(STAMP)-runtime $(MODEL) static/vendor/.stamp ## Install what `make up` needs
	@:

setup-dev: setup $(STAMP)-dev ## Install what tests and checks need on top
	@:

assets: ## Copy front-end files from node_modules to static/vendor
	@$(MAKE) --no-print-directory --always-make static/vendor/.stamp

lock: $(STAMP)-runtime ## Pin the newest allowed version of every dependency
	@$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	@$(COMPILE) --upgrade --group dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) --upgrade --group setup -o requirements-setup.lock
	@$(COMPILE) --upgrade --group local-model --no-deps -o requirements-local-model.lock
	@$(COMPILE) --upgrade --group clients -o requirements-clients.lock
	@npm update --package-lock-only

clean: ## Remove everything that was installed or made, but for your data in var/
	rm -rf .venv .venv-clients node_modules static/vendor staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP)-setup: requirements-setup.lock scripts/make-venv
	@scripts/make-venv
	@touch $@

$(STAMP)-%: requirements-%.lock $(STAMP)-setup
	@scripts/install $<
	@touch $@

$(STAMP)-runtime: requirements.lock $(STAMP)-setup
	@scripts/install $<
	@touch $@

$(STAMP)-dev $(STAMP)-local-model: $(STAMP)-runtime

# LangChain and LlamaIndex want another version of OpenAI's SDK than the tests.
.venv-clients/.stamp: requirements-clients.lock $(STAMP)-setup
	@scripts/install $< .venv-clients
	@touch $@

node_modules/.stamp: package-lock.json .npmrc
	@scripts/install-node-modules
	@touch $@

node_modules/.stamp-clients: node_modules/.stamp | static/vendor/.stamp
	@scripts/install-node-modules clients
	@touch $@

static/vendor/.stamp: node_modules/.stamp scripts/copy_assets.py $(PAGES) | $(STAMP)-setup
	@$(BIN)/python scripts/copy_assets.py
	@touch $@
