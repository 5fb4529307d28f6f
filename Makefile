# make env    the environment in .venv (the other targets make it first)
# make demo   generate people, train every method, evaluate, write work_dirs/demo/report.html
# make test   the tests; make test-slow those that train for minutes
# make lint   style and types
PYTHON ?= python3

.PHONY: env demo test test-slow lint
env:
	@$(PYTHON) tools/make_env.py
demo: env
	@.venv/bin/python tools/demo.py
test: env
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test-slow: env
	@.venv/bin/python -m pytest -m slow
lint: env
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
