# What can be done here; CI calls nothing else. `make` alone lists it.
# Every target installs what it needs and this machine lacks (scripts/need.sh).

# One profile (dev) and one target folder for the demo, the tests and the journeys, so that a machine builds once.
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
# Always the whole workspace, with the same flags: selecting crates would choose other features and build them again.
CARGO_BUILD := cargo build --workspace --all-targets --locked
NEED := scripts/need.sh

.DEFAULT_GOAL := help

##@ Use

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo

demo: build ## a cloud with two demo devices on this machine; HTTP=8080 RTMP=1935 choose its ports
	@CARGO_TARGET_DIR=$(TARGET_DIR) HTTP=$(HTTP) RTMP=$(RTMP) node scripts/demo.mjs

build: console ## the programs ovc, ovd and dapctl for trying out, in target/debug
	@$(NEED) build
	$(CARGO_BUILD)

release: console ## the programs as they are shipped, in target/release
	@$(NEED) build
	cargo build --workspace --bins --release --locked

console: ## the web console, in console/dist
	@$(NEED) build npm:console
	cd console && npm run --silent build

##@ Check

test: ## all of the below, with a summary: what CI runs
	@scripts/test.sh fmt clippy doc console-lint e2e-lint contract rust-test console-test e2e deny

lint: fmt clippy doc console-lint e2e-lint deny ## everything that reads the code without running it

fmt: ## Rust sources are formatted
	@$(NEED) build
	cargo fmt --all --check

clippy: console ## Rust lints, warnings denied
	cargo clippy --workspace --all-targets --locked -- -D warnings

doc: console ## Rust documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

console-lint: ## the console: types, lints, formatting
	@$(NEED) build npm:console
	cd console && npx --no-install tsc --noEmit && npm run --silent lint

console-test: ## the console: unit tests
	@$(NEED) build npm:console
	cd console && npm run --silent test

e2e-lint: ## the journeys and scripts: types, formatting
	@$(NEED) build npm:e2e
	cd e2e && npm run --silent check

rust-test: console ## Rust unit and integration tests
	@scripts/rust-test.sh

contract: ## the console's client is the one that openapi.json makes
	@$(NEED) build npm:console
	cd console && npm run --silent gen:check

e2e: build ## whole journeys: real programs, cameras, ffmpeg and a browser; ONLY=name runs those files
	@$(NEED) ffmpeg camera chromium hevc schemathesis s3 curl npm:e2e
	@cd e2e && CARGO_TARGET_DIR=$(abspath $(TARGET_DIR)) node --test --test-concurrency=1 --test-reporter=spec \
	  $(or $(foreach name,$(ONLY),journeys/$(name).test.js),journeys/*.test.js)

deny: ## licences, banned and duplicated crates, sources
	@$(NEED) deny
	PATH="$(CURDIR)/.tools/bin:$$PATH" cargo deny check --hide-inclusion-graph licenses bans sources

fuzz: ## a minute of fuzzing for each target (wants a nightly toolchain)
	@$(NEED) fuzz
	@scripts/fuzz.sh

##@ Measure

bench-live: ## viewers a core, delay, memory: ovc beside nginx-rtmp and xiu
	@bench/live.sh

bench-gateway: release ## what an idle device costs: ovc beside mosquitto and nats-server
	@$(NEED) mosquitto nats
	@bench/gateway.sh

bench-storm: release ## 2,000 logins a second and a guesser, while 1,000 devices keep alive
	@python3 bench/storm.py

bench-record: release ## segments taken durably beside what the disk can do, latency, listing a month, size of the index
	@$(NEED) fio
	@bench/record.sh

##@ Tidy

clean: ## removes what was built, installed here or recorded by the demo and the journeys
	cargo clean
	rm -rf console/dist console/node_modules e2e/node_modules e2e/out .tools demo-data fuzz/target

.PHONY: help demo build release console test lint fmt clippy doc console-lint console-test e2e-lint rust-test contract \
  e2e deny fuzz bench-live bench-gateway bench-storm bench-record clean
