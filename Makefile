# What a person does here. `make help` lists it.
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench docs install python clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install the missing Debian packages, build, and start a container with a shell
	@scripts/run.sh

test: ## run the whole suite (as root for all of it; REQUIRE_ALL=1 turns most skips into failures)
	@scripts/test.sh

lint: ## check the format, the scripts, compiler warnings, the length of files
	@scripts/lint.sh

format: ## lay out the Swift and Python sources
	@scripts/format.sh

bench: ## measure against other runtimes
	@scripts/bench.sh

docs: ## build the documentation of Linux into .build/docs
	@scripts/docs.sh

install: ## build cooper as one static file and put it into PREFIX/bin (PREFIX=/usr/local)
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install.sh

python: ## build the wheel of the Python module into dist/
	@scripts/wheel.sh

clean: ## remove what was built
	rm -rf .build .build-* build dist *.egg-info
