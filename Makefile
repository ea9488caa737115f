# One way in: `make run`, `make test`; each sets up what it needs in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench report train
.DELETE_ON_ERROR:

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

run: .venv/ready ## claims, events and scores of corpus/ against gold/, into out/
	$(BIN)/keii run corpus -o out --gold gold

test: .venv/ready
	$(BIN)/pytest

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
