# Two commands are enough: `make run` opens the clinic, `make test` tries everything.
# Needs Python 3.11 or newer and make; no root, no system package.

PYTHON ?= $(firstword $(foreach name,python3 python python3.11 python3.12 python3.13 python3.14,$(shell command -v $(name))))
BIN := .venv/bin

.PHONY: help run setup codes test check lint types migrations deploy templates bench clean

help:
	@echo "make run     open the clinic on this machine (PORT, HOST, DATABASE_URL and REDIS_URL are honoured)"
	@echo "make codes   the demo people's one-time codes of this moment"
	@echo "make test    every test, on servers of their own"
	@echo "make check   ruff, mypy, migrations, deploy check, templates"
	@echo "make bench   the benchmarks"
	@echo "make setup   only the .venv with its pinned packages"
	@echo "make clean   remove what tools leave behind (not var/, where the clinic's data are)"

setup:
	@$(or $(PYTHON),$(error This needs Python 3.11 or newer, and no Python was found)) oncology_clinic/embedded/setup.py

run: setup
	@$(BIN)/python -m oncology_clinic.embedded.run

codes:
	@$(BIN)/python -m oncology_clinic.embedded.codes

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations=15

bench: setup
	$(BIN)/python -m tests.bench $(ARGS)

check: lint types migrations deploy templates

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy .

# The database is not needed to compare models with migrations; that it is not there is no news.
migrations: setup
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --settings oncology_clinic.settings.test

deploy: setup
	$(BIN)/python -m oncology_clinic.embedded.throwaway check --deploy --fail-level WARNING

templates: setup
	$(BIN)/djlint templates --lint

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis staticfiles shots
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
