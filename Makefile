# One way in: `make run`, `make test`; each sets up what it needs in .venv.
PYTHON ?= python3
SHARED ?= ../shared
BIN := .venv/bin
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1

.PHONY: help run test check train report floors fuzz audit bench bench-dates bench-names bench-claims bench-events bench-speed bench-memory
.DELETE_ON_ERROR:

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 15

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

run: .venv/ready ## claims, events and scores of corpus/ against gold/, into out/
	$(BIN)/keii run corpus -o out --gold gold

test: .venv/ready ## all tests
	$(BIN)/pytest

check: .venv/ready ## lint, types, gold
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/keii gold check gold --articles corpus $(if $(wildcard $(SHARED)/articles),--articles $(SHARED)/articles)
	$(if $(wildcard $(SHARED)/data),$(BIN)/python -m keii.bench.material --shared $(SHARED))
	$(if $(wildcard $(SHARED)/data),$(BIN)/keii gold check gold/wikinews --articles .cache/wikinews)
	$(if $(wildcard $(SHARED)/data),$(BIN)/keii gold check gold/blind --articles $(SHARED)/articles)

train: .venv/ready ## learn all models of claims and events anew from gold/ and, where it is there, $(SHARED)/gold
	$(if $(wildcard $(SHARED)/gold),$(BIN)/python -m keii.bench.material --shared $(SHARED))
	$(BIN)/keii train --gold gold --articles corpus $(if $(wildcard $(SHARED)/gold),--gold $(SHARED)/gold --articles $(SHARED)/articles \
		--more gold/wikinews --articles .cache/wikinews)

report: .venv/ready ## make the figures in the documents anew (needs $(SHARED))
	$(BIN)/python -m keii.bench.figures docs/accuracy.md README.md README.ja.md

floors: run ## the run's figures against gold/floors.json
	$(BIN)/keii gold floors out --gold gold --corpus corpus

bench: bench-dates bench-names bench-claims bench-events ## all measurements but speed

bench-dates: .venv/ready ## date suites, beside ja-timex and dateparser
	$(BIN)/python -m keii.bench.dates --shared $(SHARED) --peers

bench-names: .venv/ready ## entities and canonical names, beside stock GiNZA
	$(BIN)/python -m keii.bench.names --shared $(SHARED)

bench-claims: .venv/ready ## claims and all their fields, cross-validated, beside two baselines
	$(BIN)/python -m keii.bench.claims --shared $(SHARED)

bench-events: .venv/ready ## events and conflicts, beside two baselines; then scale
	$(BIN)/python -m keii.bench.events --shared $(SHARED)
	$(BIN)/python -m keii.bench.events --scale

bench-speed: .venv/ready ## a whole run beside stock GiNZA
	$(BIN)/python -m keii.bench.speed --shared $(SHARED)

bench-memory: .venv/ready ## memory of a run of two jobs, worker by worker
	$(BIN)/python -m keii.bench.speed --shared $(SHARED) --memory

fuzz: .venv/ready ## the long form of the fuzz tests
	KEII_FUZZ=20000 $(BIN)/pytest tests/test_fuzz.py

audit: .venv/ready ## known vulnerabilities of what is installed
	$(BIN)/pip-audit -r requirements.lock
