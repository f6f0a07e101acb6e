.PHONY: help install demo test lint schemas bench soak lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## Everything into .venv, versions and hashes from requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Tocsin needs Python 3.11 to 3.13; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(INSTALLED)

demo: install ## From a feed to an alert on this machine, in a minute; leaves nothing behind
	@$(BIN)/tocsin demo

test: install lint ## Every test, in three processes; each starts and ends the Kafka that it needs
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: install ## Format, lint, types, layers, and the generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/tocsin schemas check

schemas: install ## Write schemas/generated and the references of docs/ from the code
	$(BIN)/tocsin schemas write

bench: install ## Print what each stage costs beside its peers; results in build/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/requirements.lock
	$(BIN)/python -m tests.bench

soak: install ## Kill match and decide 100 times while 50,000 mentions flow, beside a naive Faust app; half an hour
	$(BIN)/python -m tests.bench.soak

lock: ## Write requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --extra embedded --no-header --no-annotate \
		--no-emit-index-url --upgrade pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --constraint requirements.lock pyproject.toml -o deploy/requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --upgrade deploy/build-requirements.in -o deploy/build-requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra bench --no-header --no-annotate \
		--no-emit-index-url --constraint requirements.lock pyproject.toml -o tests/bench/requirements.lock

clean: ## Remove what was made here
	rm -rf $(VENV) build .tocsin .mypy_cache .ruff_cache .pytest_cache .hypothesis
