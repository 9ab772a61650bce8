# Two commands do everything: `make demo` and `make test`. Each makes .venv and installs what it needs first.

PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
# OpenBLAS may have been told to compute as on an older processor; figures are of the one that is here
MEASURE := env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE
PEERS := .venv-peers
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint types pytest format docs bench-startup bench-setup bench clean

define stage
@printf '\n=== %s ===\n' '$(1)'
endef

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
		printf 'make %-14s %s\n' "$$name" "$$what"; done

demo: $(VENV)/.installed ## train on data/digits.csv, evaluate, predict
	$(call stage,train)
	$(BIN)/nntrain fit configs/digits.yaml
	$(call stage,evaluate)
	$(BIN)/nntrain eval runs/latest
	$(call stage,predict)
	$(BIN)/nntrain predict runs/latest data/digits.csv --out runs/latest/predictions.csv
	@echo 'runs/latest/predictions.csv, from the column digit on:' && head -n 4 runs/latest/predictions.csv | cut -d, -f65-

test: lint types pytest ## every check there is: lint, types, import rules, docs, all tests

lint: $(VENV)/.tested ## style, format, import rules, file sizes, fresh docs
	$(call stage,ruff check)
	@$(BIN)/ruff check .
	$(call stage,ruff format)
	@$(BIN)/ruff format --check .
	$(call stage,import rules)
	@$(BIN)/lint-imports --no-logo
	$(call stage,file sizes)
	@$(BIN)/python -m tools.check_size
	$(call stage,reasons)
	@$(BIN)/python -m tools.check_reasons
	$(call stage,docs)
	@$(BIN)/python -m tools.check_docs

types: $(VENV)/.tested ## mypy, strict
	$(call stage,mypy)
	@$(BIN)/mypy

pytest: $(VENV)/.tested ## what needs no Numba without it, then all tests with branch coverage
	$(call stage,pytest)
	@$(BIN)/python -m pytest -q --without-numba tests/network tests/optim tests/training tests/assemble tests/api
	@$(BIN)/python -m pytest --cov --cov-report=term $(PYTEST_ARGS)

format: $(VENV)/.tested ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.tested ## write docs/reference.md and configs/schema.json anew
	@$(BIN)/python -m tools.make_docs

bench-startup: $(VENV)/.installed ## how long the commands take to start
	@$(MEASURE) $(BIN)/python -m benchmarks.startup

bench-setup: $(BENCH)/.installed $(PEERS)/.installed ## environments of the benchmarks: nntrain with Numba; its rivals

bench: bench-setup ## measure against PyTorch, JAX, Keras, scikit-learn (40 minutes); writes docs/performance.md
	$(call stage,training)
	@$(MEASURE) $(BENCH)/bin/python -m benchmarks.throughput
	$(call stage,prediction)
	@$(MEASURE) $(BENCH)/bin/python -m benchmarks.inference
	$(call stage,growth)
	@$(MEASURE) $(BENCH)/bin/python -m benchmarks.scaling
	$(call stage,starting)
	@$(MEASURE) $(BENCH)/bin/python -m benchmarks.startup
	$(call stage,components)
	@$(MEASURE) $(BENCH)/bin/python -m benchmarks.components
	@$(BENCH)/bin/python -m benchmarks.page

clean: ## remove .venv, caches and build results; never runs/
	rm -rf $(VENV) $(BENCH) $(PEERS) build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp file in .venv says what was installed; a newer pyproject.toml installs again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "nntrain needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make demo PYTHON=python3.12" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@echo 'installing nntrain'
	@$(PIP) --editable '.[fast]'
	@touch $@

$(VENV)/.tested: $(VENV)/.made pyproject.toml
	@echo 'installing nntrain and what its tests need'
	@$(PIP) --editable '.[fast,test]'
	@touch $@ $(VENV)/.installed

$(BENCH)/.installed: pyproject.toml
	@echo 'installing nntrain[fast] for the benchmarks'
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --editable '.[fast]'
	@touch $@

$(PEERS)/.installed: benchmarks/peers/requirements.txt
	@echo 'installing what nntrain is measured against'
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check --requirement $<
	@touch $@
