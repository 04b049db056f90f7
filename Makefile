# Songxue 送学. On a machine with only python3 (3.11 or newer), venv and make:
#   make run     installs, creates the database, loads the demonstration district once, serves on http://127.0.0.1:$PORT
#   make test    installs what tests need and runs them, on SQLite and on a real PostgreSQL

VENV   ?= .venv
PYTHON ?= python3
PORT   ?= 8000
BIN     = $(abspath $(VENV))/bin
export PORT
# Compiled modules are kept (an empty word means so): without them each of the programs a test starts compiles everything anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: install install-dev run test e2e pictures lint bench lock messages forget clean

## install: what the service needs, exactly as locked in requirements.txt
install: SET = requirements
install:
	$(INSTALL)

## install-dev: and what tests, lint and bench need
install-dev: SET = requirements-dev
install-dev:
	$(INSTALL)

# Done again only when the locked set differs from the one installed last.
define INSTALL
@if ! cmp -s $(SET).txt $(VENV)/.$(SET).txt; then set -e; \
  $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("需要 Python 3.11 或更新版本。请安装后再试，或用 make $@ PYTHON=python3.12 指定。")'; \
  [ -x $(VENV)/bin/python ] || $(PYTHON) -m venv $(VENV); \
  [ -x $(VENV)/bin/uv ] || $(VENV)/bin/python -m pip install -q --disable-pip-version-check 'uv~=0.13'; \
  VIRTUAL_ENV= $(VENV)/bin/uv pip install -q --python $(VENV)/bin/python --require-hashes -r $(SET).txt; \
  cp $(SET).txt $(VENV)/.$(SET).txt; \
fi
endef

## run: the whole service in the foreground; Ctrl-C stops it
run: install
	@APP_ENV=$${APP_ENV:-development} exec $(BIN)/python -m catalogue.core.serve --with-parent

## test: everything but the browser journeys. One part of it: make test T=tests/orders
test: install-dev
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(T)

## e2e: the journeys in a headless browser (needs Debian's chromium; .ci/run installs it)
e2e: install-dev
	@$(BIN)/python -m pytest -q -o addopts='-ra --strict-markers --strict-config --import-mode=importlib' $(or $(T),tests/journeys)

## pictures: take the pictures in docs/pictures again, from the demonstration district
pictures: install-dev
	@$(BIN)/python -m tests.journeys.pictures

## lint: style, types, templates
lint: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint --lint --quiet templates

## bench: cost of each page, relative to a bare Flask page. More: make bench ARGS="--postgresql --json"
bench: install-dev
	@$(BIN)/python -m bench.web $(ARGS)

## lock: requirements*.in -> requirements*.txt. Newer versions: make lock UPGRADE=--upgrade
lock: install-dev
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) -c requirements.txt requirements-dev.in -o requirements-dev.txt
LOCK = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' $(UPGRADE)

## messages: reads every sentence anew, brings translations/*/LC_MESSAGES/messages.po up to date and compiles them
messages: install-dev
	@mkdir -p var
	@$(BIN)/pybabel -q extract -F babel.cfg --ignore-dirs ".* var" -k _l -k later --no-location --sort-output --omit-header -o var/messages.pot .
	@$(BIN)/pybabel -q update -i var/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete
	@$(BIN)/pybabel -q compile -d translations

## forget: throw away all rows and files kept in var/; the next `make run` starts with a new demonstration district
forget:
	rm -rf var

## clean: throw away the installation and every cache; rows in var/ stay
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
