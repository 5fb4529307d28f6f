# make env    the environment in .venv (the other targets make it first)
# make demo   generate people, train every method, evaluate, write work_dirs/demo/report.html
# make test   the tests; make test-slow those that train for minutes
# make test-oldest  the tests with the oldest versions that work: torch 2.1, NumPy 1.26 (Python 3.10 or 3.11)
# make lint   style and types
PYTHON ?= python3

.PHONY: env demo test test-slow test-oldest lint
env:
	@$(PYTHON) tools/make_env.py
demo: env
	@.venv/bin/python tools/demo.py
test: env
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test-slow: env
	@.venv/bin/python -m pytest -m slow
test-oldest:
	@$(PYTHON) tools/make_env.py --oldest
	@.venv-oldest/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
lint: env
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
