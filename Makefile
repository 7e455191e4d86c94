# Two commands of the README. Each does all its own set-up in .venv, on a machine that has only Python 3.11+.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: check test coverage lint cassettes roundtrip clean

check: .venv/run
	$(BIN)/harness check

test: .venv/test
	$(BIN)/python -m pytest -n 4 --dist worksteal tests $(PYTEST_OPTIONS)

coverage: .venv/test # slower; sessions and workers are measured too
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest $(PYTEST_OPTIONS)
	-$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

cassettes: .venv/run # the maintainer's: needs the model and the servers of `harness live`
	$(BIN)/harness record

PROVIDERS = $(notdir $(patsubst %/contract.py,%,$(wildcard providers/*/contract.py)))
roundtrip: .venv/run # records everything into build/, judges it, and compares it with cassettes/
	rm -rf build/roundtrip
	$(BIN)/harness record --yes --cassettes build/roundtrip
	$(BIN)/harness lint build/roundtrip
	$(BIN)/harness check --cassettes build/roundtrip
	$(BIN)/harness drift $(PROVIDERS) --against build/roundtrip

.venv/run: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bedrock]'
	touch $@

.venv/test: .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

.venv/dev: .venv/test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage*
