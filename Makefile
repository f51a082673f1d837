# make         builds build/maillon
# make demo    sets up, builds, writes synthetic extracts, runs the main job, shows the summary
# make install puts the program, its libraries and manual pages under PREFIX
# make test    sets up, builds with gcc, clang and sanitizers, runs every test
# All of them can be run again; what is done is not done twice.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

JOBS ?= $(shell nproc)
DEMO_PROCEDURES ?= 100000
DEMO_SEED ?= 20251218
PREFIX ?= /usr/local

ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
BUILD := $(ROOT)/build
DEMO := $(ROOT)/demo
MAILLON := $(BUILD)/maillon

.PHONY: all setup build install demo test bench clean distclean

all: build

setup:
	@$(ROOT)/scripts/setup

build: setup
	@cmake --preset release -S $(ROOT) --log-level=WARNING > /dev/null
	@cmake --build $(BUILD) -j $(JOBS) --target maillon -- --quiet | { grep -v '^ninja: no work to do' || [ $$? = 1 ]; }

install: build
	@cmake --install $(BUILD) --prefix $(PREFIX) > /dev/null

demo: build
	@$(MAILLON) key new $(DEMO)/keys > /dev/null
	@$(MAILLON) synth $(DEMO)/data --procedures $(DEMO_PROCEDURES) --seed $(DEMO_SEED)
	@$(MAILLON) run $(DEMO)/project.yaml

test:
	@$(ROOT)/scripts/test

bench: build
	@$(ROOT)/bench/run

clean:
	rm -rf $(BUILD) $(ROOT)/build-*

distclean: clean
	rm -rf $(ROOT)/.deps $(DEMO)/data $(DEMO)/keys $(DEMO)/work $(DEMO)/out $(DEMO)/journal
