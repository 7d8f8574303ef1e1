# The commands of the project. Each sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
BIN := .venv/bin

WINDOWS_CACHE := $${XDG_CACHE_HOME:-$$HOME/.cache}/packetwave/windows

.PHONY: help setup setup-tests programs windows test-windows windows-again ci demo test coverage lint format record-demo record-golden record-hep golden offices fuzz soak stall siege chaos autobahn signalling pictures fresh-check clean

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## virtual environment in .venv, and the system packages the programs need
	@installer/setup.sh programs

setup-tests: ## the same, and the programs the tests drive
	@installer/setup.sh tests

demo: setup ## the whole job on this machine: a recorded minute of calls becomes popups
	@$(BIN)/python -m installer.demo

JOBS ?= 2
test: setup-tests ## all tests; ARGS='-k name' goes to pytest; JOBS=0 for one after the other
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

coverage: setup-tests ## all tests, and which lines they never run: here, and as pages in build/coverage/html
	@mkdir -p build/coverage
	@$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html $(ARGS)
	@echo "build/coverage/html/index.html"

lint: setup ## format, lint rules, types, translations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m installer.translations check

format: setup ## put every file into the project's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

record-demo: setup-tests ## record assets/demo/office.pcap again from sipp calls (root)
	@$(BIN)/python -m tests.recording.record

record-golden: ## record the golden set again from sipp, Kamailio, baresip and sippy (root); ARGS='name …' for some
	@installer/setup.sh recording
	@$(BIN)/python -m tests.recording.golden $(ARGS)
	@$(BIN)/python -m tests.golden.made
	@$(BIN)/python -m tests.golden.derive

record-hep: ## record again what Kamailio, sngrep and sipgrep report by HEP (root); ARGS='name …' for some
	@installer/setup.sh recording
	@$(BIN)/python -m tests.recording.hep $(ARGS)

golden: setup-tests ## what the program makes of each capture of the golden set, beside what happened
	@$(BIN)/python -m tests.golden.compare

offices: setup ## made office flows and how many come out right, by kind; ARGS='--seed 2 --kind answered'
	@$(BIN)/python -m tests.offices.run $(ARGS)

SECONDS ?= 60
fuzz: ## every parser and the tracker against made-up input; SECONDS=60 for each of the nine targets
	@installer/setup.sh fuzz
	@$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS)

SCALE ?= 1
soak: setup ## 100,000 calls amid floods: tables empty, memory flat; SCALE=0.1 for a tenth
	@$(BIN)/python -m tests.soak.run --scale $(SCALE)

stall: setup ## stopped for 10 s with 2,000 SIP frames a second going by: none lost, and no INVITE late (root)
	@$(BIN)/python -m tests.soak.stall $(ARGS)

siege: setup-tests ## floods against a real server with genuine calls among them; SCALE=0.1 for a tenth (root)
	@$(BIN)/python -m tests.siege.run --scale $(SCALE)

chaos: setup-tests ## crashes of servers and clients, stops, database faults, full disks, clock steps amid calls; SCALE=0.1 (root)
	@$(BIN)/python -m tests.chaos.run --scale $(SCALE) $(ARGS)
	@$(BIN)/python -m tests.chaos.desks --scale $(SCALE)

autobahn: ## Autobahn's 517 cases of RFC 6455 against the hub (root: its Python 2.7 lies in a Debian folder)
	@installer/setup.sh build
	@tests/autobahn/bench.sh prepare
	@$(BIN)/python -m tests.autobahn.run

signalling: setup-tests ## write docs/signalling.md again: which test shows which case
	@$(BIN)/python -m tests.signalling

pictures: setup ## the README's pictures again, from the demo in both languages
	@mkdir -p docs/images
	@for language in ko en; do \
	    QT_QPA_PLATFORM=offscreen $(BIN)/python -m installer.demo --language $$language; \
	    cp build/demo/call-5-console.png docs/images/console-$$language.png; \
	    cp build/demo/call-1-popup.png docs/images/popup-$$language.png; \
	done

programs: ## both programs for this Linux, into build/linux/dist, and their self-tests
	@installer/setup.sh build
	@$(BIN)/python -m installer assets
	@$(BIN)/python -m installer linux

windows: ## Windows programs and the MSI into dist/, built on a bench with Wine (root)
	@installer/setup.sh build
	@installer/windows/bench.sh prepare
	@$(BIN)/python -m installer assets --site-packages "$(WINDOWS_CACHE)/debian/opt/python/lib/site-packages"
	@installer/windows/bench.sh run $(BIN)/python -m installer windows

windows-again: ## build the Windows programs a second time: do they contain the same?
	@installer/windows/bench.sh run $(BIN)/python -m installer again

test-windows: setup-tests ## the built Windows programs and the MSI tried under Wine; needs make windows (root)
	@installer/windows/bench.sh prepare
	@installer/windows/bench.sh run $(BIN)/python -m pytest tests/wine $(ARGS)

ci: ## what has to pass before a change is in: .ci/run
	@.ci/run

fresh-check: ## make demo and make test in bare Debian 12 and 13 (root)
	@tests/fresh_check.sh

clean: ## everything that can be made again, but not .venv
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find packetwave installer tests -name __pycache__ -type d -prune -exec rm -rf {} +
