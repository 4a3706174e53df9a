# make demo and make test do all the set-up they need: Python 3.11+ and make are enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint docs template bench bench-pixels clean
.DEFAULT_GOAL := help

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/run.stamp  ## Run the whole chain on sample pictures, or on PHOTOS=folder
	@$(BIN)/brigade demo $(if $(PHOTOS),--photos "$(PHOTOS)")

test: $(VENV)/dev.stamp  ## Run the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/dev.stamp  ## Run linters and type checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint infra/template.json
	$(BIN)/python -m infra --check
	$(BIN)/python -m docs.generate --check

template: $(VENV)/run.stamp  ## Render infra/template.json from the declarations
	@$(BIN)/python -m infra

docs: $(VENV)/run.stamp  ## Generate the docs that come from the declarations
	@$(BIN)/python -m docs.generate

bench: $(VENV)/run.stamp  ## Measure the chain on the local cloud
	@$(BIN)/python -m benchmarks.chain

bench-pixels: $(VENV)/dev.stamp build/peers/peers.stamp  ## Measure renditions and masters against other libraries
	@$(BIN)/python -m benchmarks.pixels --write

clean:  ## Remove what make made
	rm -rf $(VENV) build

$(VENV)/run.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bucket Brigade needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what Bucket Brigade needs into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp
	@echo "installing what the tests need into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

# What the pixel benchmark compares with; needs Node.js 20 or newer.
build/peers/peers.stamp: $(VENV)/run.stamp Makefile
	@command -v npm >/dev/null || { echo "make bench-pixels compares with sharp: install Node.js 20 or newer" >&2; exit 1; }
	@echo "installing the libraries to compare with into build/peers (once)"
	@npm install --prefix build/peers --silent --no-audit --no-fund sharp@0.35.5
	@$(BIN)/python -m pip install --quiet --upgrade --target build/peers/python pyvips==3.2.0 pyvips-binary==8.18.7
	@touch $@
