# The same commands for people, hooks and CI. `make help` lists them.

# The demo is what `make run` starts; FORLOPP_MODE=production is for a real installation (docs/operations.md).
FORLOPP_MODE ?= demo
FORLOPP_PORT ?= 8000
FORLOPP_VAR ?= var
export FORLOPP_MODE FORLOPP_PORT FORLOPP_VAR
# Some machines forbid Python to keep what it has compiled: each of a dozen processes then compiles all of us anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BOOTSTRAP = command -v $(PYTHON) >/dev/null || { echo "Python saknas ($(PYTHON)); installera Python 3.11 eller senare." >&2; exit 1; }; \
	$(PYTHON) config/bootstrap.py
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run practice reset dev test attack crash drill check audit sbom fix lock bench load log fuzz tck screenshots

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

setup: ## build everything that `make run` needs, and start nothing
	@$(BOOTSTRAP) setup

run: ## start the whole municipality; Ctrl-C stops it, `make run` again continues; YEAR=1 plays a year into it first
	@$(BOOTSTRAP) run

practice: ## a world of its own to practise in, beside the real one: invented people, a clock that can be moved forward
	@export FORLOPP_MODE=practice FORLOPP_PORT=$$(($(FORLOPP_PORT) + 10)) FORLOPP_VAR=$(FORLOPP_VAR)/ovning; $(BOOTSTRAP) run

reset: ## throw away the data of this installation and begin again with an empty one
	@$(BOOTSTRAP) reset

dev: ## install the tools of developers beside the product
	@$(BOOTSTRAP) dev

test: dev ## run every test this machine can run, and say which it cannot
	@$(BIN)/python -m tests.run

attack: dev ## try to break expressions, tables, forms, diagrams and the API; tell what was longest and largest
	@$(BIN)/python -m tests.attack
	@SCHEMATHESIS_N=$(or $(SCHEMATHESIS_N),100) $(BIN)/python -m pytest tests/integration/test_api_schemathesis.py -q

crash: dev ## kill, stop, fill and turn back the clock at length: N=500 kills, SEED=7; what was lost is told (nothing)
	@CRASH_N=$(N) CRASH_SEED=$(SEED) $(BIN)/python -m tests.crash

drill: dev ## copy both databases for SECONDS=120 while everybody works, destroy all of it, restore it and look it through
	@DRILL_SECONDS=$(or $(SECONDS),120) $(BIN)/python -m pytest tests/crash/test_drill.py tests/crash/test_rolling.py tests/integration/test_upgrade.py -q -n 0

check: dev ## rules, types, the contracts of the house, templates, migrations, production settings
	@$(BIN)/python -m tests.check

audit: dev ## ask for known faults in every package of the locks; fails when nobody answers, or when something was passed over
	@$(BIN)/python -m tests.audit

sbom: ## write what the product is made of, as CycloneDX: OUT=forlopp.cdx.json
	@$(BIN)/python manage.py sbom "$(or $(OUT),forlopp.cdx.json)"

fix: dev ## put right what a machine can put right
	@$(BIN)/python -m tests.check --fix

lock: ## write the locks from pyproject.toml; UPGRADE=1 takes the newest versions
	@$(BOOTSTRAP) lock

bench: dev ## measure both databases, ours beside a naive build and the limit; QUICK=1 takes two minutes, ONLY="http ages" some
	@$(BIN)/python -m benchmarks

load: dev ## USERS=250 at work and five alarms a second for SECONDS=600 on PostgreSQL; fails where an answer is wrong or late
	@USERS=$(USERS) SECONDS=$(SECONDS) $(BIN)/python -m benchmarks.busy

log: dev ## search an access log of five years, ROWS=5000000, on both databases or ONLY=postgresql; what it takes and how
	@ROWS=$(ROWS) ONLY=$(ONLY) $(BIN)/python -m benchmarks.logged

tck: dev ## run the DMN compatibility kit: TCK=<its checkout>; ONLY=0068 tells one folder's failures and writes nothing
	@$(BIN)/python -m benchmarks.tck "$(TCK)" --only "$(ONLY)"

fuzz: dev ## try N=1000000 random expressions, SEED=7, in JOBS=1 processes: only a value or a FeelError may come out
	@$(BIN)/python -m benchmarks.fuzz $(or $(N),1000000) $(or $(SEED),7) $(or $(JOBS),1)

screenshots: dev ## take the pictures of the README and the guides from the running product
	@$(BIN)/python -m tests.screenshots
