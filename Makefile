# Needs only make, a POSIX shell and Python 3.11 or later.
#   make run     everything (web, workers, beat, stream), on the embedded database and broker, with the sandbox
#   make test    the tests                     make lint   ruff and mypy
#   make walks   the long ways through the product, most of them in a browser
#   make bench   the benchmark table           make setup  only what is missing
.POSIX:
.PHONY: run test walks suite lint drills bench setup env run-requirements clean-env

ENV = .venv
PY = $(ENV)/bin/python
# Ten processes run the same code: it is compiled once, also where the environment forbids to keep that.
KEPT = PYTHONDONTWRITEBYTECODE=
INSTALL = $(PY) -m pip install --disable-pip-version-check
RUN_STAMP = `cksum requirements.txt 2>/dev/null`
DEV_STAMP = `cat requirements.txt requirements-dev.txt 2>/dev/null | cksum`

run: env
	@$(MAKE) -s run-requirements
	@$(KEPT) exec $(PY) manage.py up

# Each process has a database and a broker of its own. ARGS="-n0 ..." runs in one, as a debugger wants it.
# Four browsers on two processors make some waits too short: a failure counts if it fails alone as well, and both show.
test:
	@$(MAKE) -s suite WHICH="not walk"

walks:
	@$(MAKE) -s suite WHICH="walk"

suite: setup
	@[ -n "$(ARGS)" ] || rm -f .pytest_cache/v/cache/lastfailed
	@$(KEPT) $(PY) -m pytest -m "$(WHICH)" -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder $(ARGS) || { \
	  status=$$?; if [ $$status -ne 1 ] || [ -n "$(ARGS)" ]; then exit $$status; fi; \
	  echo "== What failed beside the others is asked again, one at a time"; \
	  $(KEPT) $(PY) -m pytest -m "$(WHICH)" -n0 --last-failed --last-failed-no-failures none; }

lint: setup
	@status=0; \
	for check in "ruff check ." "ruff format --check ." "mypy ."; do \
	  echo "$$check"; $(PY) -m $$check || status=1; \
	done; exit $$status

# The long drills: 20 kills of each kind, a wall cut off for ten minutes or asleep for a night, a day's heap, a
# screen behind which all restarts, every hostile post on every page, 1,000 races, a listener that is killed or hears
# 1,000 posts a second, ten minutes of a flood (MURMUR_FLOOD_SECONDS). An hour and a half or so.
drills: setup
	@$(KEPT) MURMUR_DRILL_POINTS=20 $(PY) -m pytest -s tests/drills tests/proof tests/test_bench.py tests/test_access.py \
	  tests/alerts/test_races.py tests/alerts/test_public_races.py tests/browser/test_axe.py tests/browser/test_eyes.py \
	  tests/browser/test_shift.py $(ARGS)

bench: setup
	@$(KEPT) $(PY) manage.py bench $(ARGS)

setup: env
	@if [ "`cat $(ENV)/.dev 2>/dev/null`" != "$(DEV_STAMP)" ]; then \
	  echo "Installing what Murmur and its tests need into $(ENV) (a minute or so) ..."; \
	  $(INSTALL) -r requirements-dev.txt || exit 1; \
	  echo "$(RUN_STAMP)" > $(ENV)/.run; \
	  echo "$(DEV_STAMP)" > $(ENV)/.dev; \
	fi

run-requirements:
	@if [ "`cat $(ENV)/.run 2>/dev/null`" != "$(RUN_STAMP)" ]; then \
	  echo "Installing what Murmur needs into $(ENV) (half a minute or so) ..."; \
	  $(INSTALL) -r requirements.txt || exit 1; \
	  echo "$(RUN_STAMP)" > $(ENV)/.run; \
	fi

# The first Python that is new enough and can make environments. A name may exist and still not
# run (version managers leave such), so each is asked. PYTHON=... decides instead.
env:
	@if [ -x $(PY) ] && [ -f $(ENV)/.ready ]; then exit 0; fi; \
	found=; bare=; \
	for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  if "$$name" -c 'import venv, ensurepip' >/dev/null 2>&1; then found=$$name; break; fi; \
	  bare=$$name; \
	done; \
	if [ -z "$$found" ] && [ -n "$$bare" ]; then \
	  echo "$$bare cannot make a virtual environment: its venv or ensurepip module is missing." >&2; \
	  echo "On Debian and Ubuntu: apt-get install python3-venv. Then run this again." >&2; exit 1; \
	fi; \
	if [ -z "$$found" ]; then \
	  echo "Murmur needs Python 3.11 or later, and none was found on PATH." >&2; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "Making the environment in $(ENV) with `$$found --version` ..."; \
	"$$found" -m venv --clear $(ENV) && touch $(ENV)/.ready

clean-env:
	rm -rf $(ENV)
