# make demo and make test do all the set-up they need: Python 3.11+ and make are enough.

PYTHON ?= python3
# `make package PYTHON=3.13` names the functions' Python, not the one that does the work here.
INTERPRETER := $(if $(filter 3.%,$(PYTHON)),python3,$(PYTHON))
VENV := .venv
BIN := $(VENV)/bin
ENGINE ?= ministack
# Processes that run tests. Each imports all of them, and starts a local cloud of its own.
WORKERS ?= 2
# What of pyproject.toml's optional dependencies the tests get; `make test EXTRAS=dev,moderation` skips less.
EXTRAS ?= dev
# What the functions carry is tested in the very releases that they carry; hashes would be asked of all else, too.
PINS := $(wildcard services/*/requirements.txt)
INSTALL := -m pip install --quiet --constraint build/constraints.txt
# What Lambda runs by default. A release's hashes are those of its wheels for all processors and Pythons.
COMPILE := $(BIN)/uv pip compile --quiet --no-python-downloads --only-binary :all: --python-version 3.13 \
    --python-platform aarch64-manylinux_2_28 --no-annotate --custom-compile-command "make update"
# What `make exiftool` has fetched goes before the machine's own, which knows fewer cameras.
EXIFTOOL := build/exiftool/node_modules/exiftool-vendored.pl/bin/exiftool
ifneq ($(wildcard $(EXIFTOOL)),)
export BRIGADE_EXIFTOOL ?= $(CURDIR)/$(EXIFTOOL)
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help newcomer demo test simulate corpus integration update lint docs docs-site template bench drill load soak visitors bench-console bench-pixels bench-peers bench-cold bench-describe \
    bench-missing bench-export bench-placeholders package readme-picture \
    azurite exiftool layers portal-picture screens validators views clean
.DEFAULT_GOAL := help

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

newcomer: $(VENV)/dev.stamp  ## Follow README.md to the letter in a fresh environment, and use what it installs elsewhere
	@NEWCOMER=1 $(BIN)/python -m pytest tests/journeys/test_readme_followed.py

demo: $(VENV)/run.stamp  ## Run the whole chain on sample pictures, or on PHOTOS=folder
	@$(BIN)/brigade demo $(if $(PHOTOS),--photos "$(PHOTOS)")

test: $(VENV)/dev.stamp  ## Run the whole test suite
	@$(BIN)/python -m pytest -n $(WORKERS)

simulate: $(VENV)/dev.stamp  ## Simulate the chain under SEEDS=20000 faulty schedules, or under SEED=N again
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),20000))

drill: $(VENV)/dev.stamp  ## Run every fault drill with 500 pictures (minutes each)
	@DRILL_PICTURES=$${DRILL_PICTURES:-500} $(BIN)/python -m pytest tests/drills -n 2

corpus: $(VENV)/dev.stamp  ## Send every picture of ../shared/corpus through the chain; the tests take one of eight
	@WHOLE_CORPUS=1 $(BIN)/python -m pytest tests/services/test_corpus.py tests/services/describe/test_real_exiftool.py -n $(WORKERS)

views: $(VENV)/dev.stamp build/validators/validators.stamp  ## Look at a whole site before and after `brigade site`, with Nu and Chromium
	@WHOLE_SITE=1 $(BIN)/python -m pytest tests/brigade/site/test_whole_site.py

screens: $(VENV)/dev.stamp  ## Photograph every view of the visitors' and the operators' page into build/screens, with Chromium
	@SCREENS="$(CURDIR)/build/screens" $(BIN)/python -m pytest tests/journeys/test_portal_page.py \
		tests/browser/test_console_views.py

portal-picture: screens  ## Make the picture in docs/portal.md again
	@$(BIN)/python -m tools.portal_picture

integration: $(VENV)/dev.stamp  ## Run the journeys on the local cloud, or with ENGINE=localstack on 127.0.0.1:4566
	@BRIGADE_ENGINE=$(ENGINE) $(BIN)/python -m pytest tests/journeys

update: $(VENV)/dev.stamp  ## Pin newer releases of what the functions carry, within what pyproject.toml allows
	@$(COMPILE) --upgrade --extra local --extra portal --output-file build/releases.txt pyproject.toml
	@for actor in services/*/requirements.in; do \
	    $(COMPILE) --generate-hashes --constraint build/releases.txt --output-file "$${actor%.in}.txt" "$$actor" || exit; \
	done
	@$(MAKE) --no-print-directory docs

lint: $(VENV)/dev.stamp build/checkov/checkov.stamp  ## Run linters and type checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir build/import-linter
	$(BIN)/python -m vulture
	$(BIN)/cfn-lint infra/template.json
	build/checkov/bin/checkov --config-file .checkov.yaml
	$(BIN)/python -m infra --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/idea.yml
	$(BIN)/pre-commit validate-config
	$(BIN)/python -m tools.generate --check

template: $(VENV)/run.stamp  ## Render infra/template.json from the declarations
	@$(BIN)/python -m infra

docs: $(VENV)/run.stamp  ## Generate the docs that come from the declarations
	@$(BIN)/python -m tools.generate
	@$(BIN)/python -m tools.figures

docs-site: build/docs-env/docs.stamp  ## Make the docs as a site, with a picture for every word of a recipe: build/docs-site
	@rm -rf build/docs-site build/recipe-pictures
	@build/docs-env/bin/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env \
	    --conf-dir docs --doctree-dir build/docs-env/doctrees . build/docs-site
	@echo "build/docs-site/index.html"

readme-picture: $(VENV)/run.stamp  ## Draw the picture at the top of README.md again
	@$(BIN)/python -m tools.readme_picture

package: $(VENV)/run.stamp  ## Make every function's zip, for ARCH=arm64|x86_64 and PYTHON=3.13
	@$(BIN)/brigade package $(if $(ARCH),--arch $(ARCH)) $(if $(filter 3.%,$(PYTHON)),--python $(PYTHON))

exiftool: build/exiftool/exiftool.stamp  ## Fetch exiftool; demo and tests read the cameras' metadata with it then
	@echo 'brigade alone finds it by: export BRIGADE_EXIFTOOL="$(CURDIR)/$(EXIFTOOL)"'

validators: build/validators/validators.stamp  ## Fetch the validators of HTML and AMP; tests ask them about markup then

layers: $(VENV)/run.stamp build/exiftool/exiftool.stamp  ## Make the Lambda layer with exiftool, for ARCH=arm64|x86_64
	@$(BIN)/python -m infra.packaging.layers $(if $(ARCH),--arch $(ARCH))

bench: $(VENV)/dev.stamp  ## Measure the chain on the local cloud
	@$(BIN)/python -m benchmarks.chain

load: $(VENV)/run.stamp  ## Measure 2,000 pictures at once, and a trickle
	@$(BIN)/python -m benchmarks.load

soak: $(VENV)/run.stamp  ## Send PICTURES=20000 in MINUTES=60, account for each, and plot the memory of every process
	@PICTURES=$(or $(PICTURES),20000) MINUTES=$(or $(MINUTES),60) $(BIN)/python -m benchmarks.soak

visitors: $(VENV)/dev.stamp  ## Let VISITORS=200 into the portal at once, and one attack the quota
	@$(BIN)/python -m benchmarks.visitors

bench-console: $(VENV)/dev.stamp  ## Measure how soon the operators' page shows 1,000 dead letters, with Chromium
	@$(BIN)/python -m benchmarks.console_page

bench-pixels: $(VENV)/dev.stamp build/peers/peers.stamp  ## Measure renditions and masters against other libraries
	@$(BIN)/python -m benchmarks.pixels --write

bench-peers: $(VENV)/dev.stamp build/peers/aws.stamp  ## Measure the chain beside what people would write instead
	@$(BIN)/python -m benchmarks.instead.compare

bench-cold: $(VENV)/run.stamp  ## Measure first invocations against straightforward handlers
	@$(BIN)/python -m benchmarks.cold_start --write

bench-placeholders: $(VENV)/run.stamp  ## Measure what the placeholder adds to resize
	@$(BIN)/python -m benchmarks.placeholders

bench-missing: $(VENV)/run.stamp  ## Measure `brigade missing` against 100,000 objects
	@$(BIN)/python -m benchmarks.missing

azurite: build/azurite/azurite.stamp  ## Fetch Azure's emulator, from which a test imports

bench-export: $(VENV)/dev.stamp  ## Measure `brigade export` of 100,000 records, and read them back
	@$(BIN)/python -m benchmarks.export

bench-describe: $(VENV)/dev.stamp build/exiftool/exiftool.stamp  ## Measure exiftool kept open against one for each picture
	@BRIGADE_EXIFTOOL="$(CURDIR)/$(EXIFTOOL)" $(BIN)/python -m benchmarks.describe --write

clean:  ## Remove what make made
	rm -rf $(VENV) build

build/constraints.txt: $(PINS)
	@mkdir -p build
	@grep -hoE '^[a-z0-9.-]+==[^ ]+' $(PINS) | sort -u > $@

$(VENV)/run.stamp: pyproject.toml build/constraints.txt
	@$(INTERPRETER) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bucket Brigade needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(INTERPRETER) -m venv $(VENV)
	@echo "installing what Bucket Brigade needs into $(VENV) (once)"
	@$(BIN)/python $(INSTALL) --editable '.[local]'
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp
	@echo "installing what the tests need into $(VENV) (once)"
	@$(BIN)/python $(INSTALL) --editable '.[$(EXTRAS)]'
	@touch $@

# What the pixel benchmark compares with; needs Node.js 20 or newer.
build/peers/peers.stamp: $(VENV)/run.stamp Makefile
	@command -v npm >/dev/null || { echo "make bench-pixels compares with sharp: install Node.js 20 or newer" >&2; exit 1; }
	@echo "installing the libraries to compare with into build/peers (once)"
	@npm install --prefix build/peers --silent --no-audit --no-fund sharp@0.35.5
	@$(BIN)/python -m pip install --quiet --upgrade --target build/peers/python pyvips==3.2.0 pyvips-binary==8.18.7
	@touch $@

# Lambda's Node.js has AWS's SDK; here it lies beside sharp.
build/peers/aws.stamp: build/peers/peers.stamp
	@npm install --prefix build/peers --silent --no-audit --no-fund @aws-sdk/client-s3@3 @aws-sdk/client-dynamodb@3
	@touch $@

# The very release that tests and layer have, checked by its hash; a Perl program, which npm only fetches.
build/exiftool/exiftool.stamp: infra/packaging/exiftool/package-lock.json
	@command -v npm >/dev/null || { echo "make exiftool fetches it with npm: install Node.js 20 or newer" >&2; exit 1; }
	@perl -MCompress::Zlib -e 1 2>/dev/null || { echo "exiftool is a Perl program: install perl" >&2; exit 1; }
	@echo "fetching exiftool into build/exiftool (once)"
	@mkdir -p build/exiftool && cp infra/packaging/exiftool/package.json infra/packaging/exiftool/package-lock.json build/exiftool/
	@npm ci --prefix build/exiftool --silent --no-audit --no-fund
	@touch $@

# Nu's checker is a Java program. AMP's validator comes to work without a network inside of Next.js, and nowhere else.
build/validators/validators.stamp: tests/support/validators/package-lock.json
	@command -v npm >/dev/null || { echo "make validators fetches them with npm: install Node.js 20 or newer" >&2; exit 1; }
	@command -v java >/dev/null || { echo "Nu's checker is a Java program: install Java 11 or newer" >&2; exit 1; }
	@echo "fetching the validators into build/validators (once)"
	@mkdir -p build/validators && cp tests/support/validators/package.json tests/support/validators/package-lock.json build/validators/
	@npm ci --prefix build/validators --silent --no-audit --no-fund --ignore-scripts
	@touch $@

build/azurite/azurite.stamp: Makefile
	@command -v npm >/dev/null || { echo "make azurite fetches it with npm: install Node.js 20 or newer" >&2; exit 1; }
	@echo "fetching Azurite into build/azurite (once)"
	@npm install --prefix build/azurite --silent --no-audit --no-fund azurite@3.35.0
	@touch $@

# In an environment of its own: awscli, which the tests need, wants an older docutils.
build/docs-env/docs.stamp: pyproject.toml build/constraints.txt
	@echo "installing what makes the site into build/docs-env (once)"
	@$(INTERPRETER) -m venv build/docs-env
	@build/docs-env/bin/python $(INSTALL) --editable '.[docs]'
	@touch $@

# In an environment of its own: it wants other releases of boto3 than we do.
build/checkov/checkov.stamp: Makefile
	@echo "installing checkov into build/checkov (once)"
	@$(PYTHON) -m venv build/checkov
	@build/checkov/bin/python -m pip install --quiet checkov==3.3.30
	@touch $@
