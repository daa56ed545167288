# From a fresh checkout, with git, make and Python 3.11 or later:
#   make demo    run the guided tour
#   make test    run the tests; ARGS="tests/cli -k retire" runs some of them
#   make lint    run ruff, mypy and import-linter
#   make docs    build the docs site in site/ and check its links
# After the first run, all of them work offline. PYTHON=python3.12 chooses another interpreter.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint docs lock pictures sample site rules api snapshots bench torture fuzz build clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -6
	@echo '  make coverage | lock | pictures | sample | site | rules | api | snapshots | bench | torture | fuzz | build | clean'

$(VENV)/pyvenv.cfg:
	@test -n '$(PYTHON)' || { echo 'orgtp needs Python 3.11 or later; none was found on the PATH.' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'Python cannot make a virtual environment; on Debian: apt-get install python3-venv' >&2; exit 1; }

$(VENV)/installed: pyproject.toml $(VENV)/pyvenv.cfg
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# Dependency groups need pip 25.1; the pip that Python brings may be older.
$(VENV)/tested: pyproject.toml $(VENV)/pyvenv.cfg
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[sources,notify,mcp,export,web]' --group dev
	@touch $@ $(VENV)/installed

# The npm packages that some tests compare orgtp with. Without npm, these tests are skipped and say so.
tests/npm/node_modules/.package-lock.json: tests/npm/package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund --prefix tests/npm; fi

demo: $(VENV)/installed
	@$(BIN)/orgtp demo

# One worker more than there are cores: most tests wait for a process or a disk now and then.
# An idle worker takes tests from a busy one. ARGS are arguments of pytest. Compiled files are kept even if the environment
# forbids it, because otherwise each worker would compile all tests again.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist worksteal
test: $(VENV)/tested tests/npm/node_modules/.package-lock.json
	$(PYTEST) $(ARGS)

# The same tests, slower, with a report of the lines of src that no test runs. It fails below the share in pyproject.toml.
coverage: $(VENV)/tested tests/npm/node_modules/.package-lock.json
	$(PYTEST) --cov --cov-report=term $(ARGS)

lint: $(VENV)/tested
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The docs site, from docs/ and mkdocs.yml. A broken link or anchor, or anything loaded from another host, fails.
docs: $(VENV)/tested
	$(BIN)/python -m tools.docs_site

# uv.lock: the versions that CI installs. It names the public index, whatever index this machine uses.
lock:
	uv lock --upgrade --default-index https://pypi.org/simple

# The pictures of the README, made from the sample.
pictures: $(VENV)/tested
	$(BIN)/python -m tools.pictures

# The sample org as it stands at the end of its story, from sample-org/story.
sample: $(VENV)/tested
	$(BIN)/python -m tools.sample

# The sample's web pages, in site-sample/.
site: $(VENV)/installed
	@rm -rf site-sample && mkdir site-sample
	@$(BIN)/orgtp init --sample site-sample/org >/dev/null
	@$(BIN)/orgtp --org site-sample/org site site-sample/pages
	@echo 'To see them: open site-sample/pages/index.html'

# The manual pages of all rules, gathered into docs/rules.md.
rules: $(VENV)/tested
	$(BIN)/python -m tools.rules_page
	$(BIN)/python -m tools.patterns_page

# The reference part of docs/api.md, from the docstrings.
api: $(VENV)/tested
	@$(BIN)/python -m tools.api_page

# Accept the current output of the snapshot tests as the expected output. Read the diff before you commit it.
snapshots: $(VENV)/tested
	ORGTP_ACCEPT=1 $(BIN)/python -m pytest -n auto tests/snapshots tests/gallery tests/rules/test_rules.py

bench: $(VENV)/tested
	$(BIN)/python -m tools.bench
	$(BIN)/python -m tools.bench_value
	$(BIN)/python -m tools.bench_views
	$(BIN)/python -m tools.bench_brief
	$(BIN)/python -m tools.bench_validate
	$(BIN)/python -m tools.bench_import
	$(BIN)/python -m tools.bench_ledger
	$(BIN)/python -m tools.bench_audit
	$(BIN)/python -m tools.bench_history
	$(BIN)/python -m tools.bench_mcp
	$(BIN)/python -m tools.bench_review
	$(BIN)/python -m tools.bench_health
	$(BIN)/python -m tools.bench_web
	$(BIN)/python -m tools.bench_site

# The full tests of the ledger, the audit and the server: 500 kills and one at every line, 32 processes, 8 clones, random
# operations, and people who enter numbers on pages while programs write.
# They take about half an hour. Then come the tests of which `make test` does a part (tests/size.py), as a whole.
torture: $(VENV)/tested
	$(BIN)/python -m tools.torture
	ORGTP_TORTURE_ROUNDS=50 $(BIN)/pytest -n 0 tests/web/server/test_torture.py
	ORGTP_FULL=1 $(PYTEST) $$(grep -rl choose_size --include='test_*.py' tests)

# Fuzz the file readers, each property for SECONDS. Failing inputs are kept in .hypothesis and tried first next time.
SECONDS ?= 120
fuzz: $(VENV)/tested
	ORGTP_FUZZ=$(SECONDS) $(BIN)/python -m pytest -n auto tests/fuzz

build: $(VENV)/tested
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) dist build site site-sample .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
