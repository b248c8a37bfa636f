# What a person does here. `make help` lists it.
PREFIX ?= /usr/local
EDITION ?= python
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help run test fuzz sanitize lint format bench order conformance conformance-all attack faults soak clients docs install python \
  vm-test vm-shell vm-test-all workshop workshop-install workshop-site workshop-site-test workshop-kit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install the missing Debian packages, build, and start a container with a shell
	@scripts/run.sh

test: ## run the whole suite (as root for all of it; REQUIRE_ALL=1 turns most skips into failures)
	@scripts/test.sh

fuzz: ## look for texts that break the reader of config.json or the compiler of plans, for FUZZ_SECONDS=60
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" FUZZ_INPUT="$(FUZZ_INPUT)" scripts/fuzz.sh

sanitize: ## the Swift tests with the address, leak and thread sanitizers (two builds, twenty minutes)
	@scripts/sanitize.sh

lint: ## check the format, the scripts, compiler warnings, the length of files
	@scripts/lint.sh

format: ## lay out the Swift and Python sources
	@scripts/format.sh

bench: ## measure against other runtimes (RUNNING=1,100,1000: while so many containers run)
	@scripts/bench.sh

order: ## list the functions of cooper-runtime that a container's life calls, for the linker
	@scripts/order.sh

conformance: ## check an OCI runtime against the specification (RUNTIME=/usr/sbin/runc: another one than cooper-runtime)
	@scripts/conformance.sh

conformance-all: ## the same for cooper-runtime, runc and crun, as one table of properties
	@scripts/conformance.sh all

attack: ## attack cooper-runtime and `cooper run` as other runtimes were (RUNTIME=PATH: another one; ROUNDS=10000 of a race)
	@scripts/attack.sh

faults: ## let each system call of cooper-runtime and `cooper run` fail, and take what a machine runs out of (RUNTIME=PATH)
	@scripts/faults.sh

soak: ## mixed commands of cooper-runtime under load for SOAK_MINUTES=20, and what the machine has of each thing meanwhile
	@scripts/soak.sh

clients: ## let podman, docker and containerd drive cooper-runtime and runc (RUNTIME=PATH: another one instead of ours)
	@scripts/clients.sh

docs: ## build the documentation of Linux into .build/docs
	@scripts/docs.sh

install: ## build cooper as one static file and put it into PREFIX/bin (PREFIX=/usr/local)
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install.sh

python: ## build the wheel of the Python module into dist/
	@scripts/wheel.sh

# The command as it was typed: make leaves its $ alone.
override CMD := $(value CMD)
export CMD

vm-test: ## run CMD='…' in a virtual machine with systemd and cgroup v2 (VM_USER=1: not as root)
	@VirtualMachine/run.sh

vm-shell: ## a terminal in that machine
	@VM_SHELL=1 VirtualMachine/run.sh

vm-test-all: ## run the kernel, Python, container and OCI tests in that machine, on both kernels
	@VirtualMachine/suite.sh

workshop-install: ## build the workshop and install it below PREFIX: EDITION=python (the default) or swift
	@Workshop/build.sh --$(EDITION)
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" Workshop/install.sh --$(EDITION)

workshop: ## build and test the programs of the workshop, level by level, in both languages
	@scripts/workshop.sh

workshop-site: ## make the site of the workshop, with the slides, in .build-site
	@scripts/site.sh

workshop-site-test: ## look at every page of that site in a browser (two minutes; it installs Chromium)
	@scripts/site.sh test

workshop-kit: ## make the folder .build-kit/workshop, from which a class starts without internet
	@scripts/kit.sh

clean: ## remove what was built
	rm -rf .build .build-* build dist *.egg-info
