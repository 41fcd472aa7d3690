# Every target sets up what it needs (scripts/setup does it once). `make help` lists them.
SHELL := bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
CODE := models common main_api country_api payments_webhook notify_service tg_bot sandbox bench tests scripts

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.ready core  ## play a customer's whole path in the sandbox, checked step by step
	$(PYTHON) -m sandbox.demo

sandbox: .venv/.ready core  ## start everything on this machine, for a person to try
	$(PYTHON) -m sandbox

test: .venv/.ready core mongo browser  ## run all tests
	$(PYTHON) -m pytest -n 2 --dist loadfile

check: .venv/.ready  ## design checks, lint, types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/deptry .
	.venv/bin/codespell
	$(PYTHON) -m pytest -q -p no:cacheprovider tests/design

SEED ?= 1
chaos: .venv/.ready core  ## kill everything at random while 50 customers buy (SEED=1)
	$(PYTHON) -m sandbox.chaos --seed $(SEED)

PEOPLE ?= 3000
broadcast: .venv/.ready  ## a broadcast among 429s, lost answers and kill -9 (SEED=1 PEOPLE=3000)
	$(PYTHON) -m sandbox.broadcast --people $(PEOPLE) --seed $(SEED)

proof-cleanup: .venv/.ready  ## clean 10,000 users up, with a kill and a server down in the middle
	$(PYTHON) -m tests.main_api.cleanup_process --people 10000

apart: .venv/.ready core  ## buy for 3 minutes over failing ways to servers that are hosts of their own (root, Xray)
	$(PYTHON) -m tests.apart --seed $(SEED)

boot: .venv/.ready core  ## boot the systemd units for real in a container (root; minutes)
	$(PYTHON) -m tests.systemd.boot

install-proof: .venv/.ready core  ## run the server's installer on a fresh Debian in a container (root; minutes)
	$(PYTHON) -m tests.server.machine

mutants: .venv/.ready core  ## put faults in one at a time; each must turn a named test red
	$(PYTHON) -m scripts.mutants

bench: .venv/.ready core  ## load test: measures the shop against its bars, writes docs/bench
	$(PYTHON) -m bench

lock: .venv/.ready  ## compile requirements*.txt anew, releases younger than a week left out
	.venv/bin/uv pip compile -q pyproject.toml --generate-hashes --python-version 3.11 --no-header \
		--exclude-newer '7 days' -o requirements.txt
	.venv/bin/uv pip compile -q pyproject.toml --group dev --generate-hashes --python-version 3.11 \
		--no-header --exclude-newer '7 days' -c requirements.txt -o requirements-dev.txt

core: .venv/.ready
	@$(PYTHON) -m sandbox.core --get

browser mongo:
	@bash scripts/setup $@

.venv/.ready: requirements-dev.txt scripts/setup
	@bash scripts/setup python

clean:  ## remove what was set up
	rm -rf .venv .runtime .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help demo sandbox test check boot install-proof chaos proof-cleanup broadcast bench mutants lock core browser mongo clean
