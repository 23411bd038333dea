# make demo    the main job, on the embedded example or on MANIFEST=file.yaml HEADERS='name=value ...' MODEL=name HOST=name ENDPOINTS='name,ip,label=value ...'
# make test    sets up everything it needs, then all tests of Rust, Python and Node
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := target/peers
CORE := $(shell find core/src core/Cargo.toml Cargo.toml Cargo.lock -type f)
PYTHON_SOURCES := $(shell find bindings-python -type f \( -name '*.rs' -o -name '*.py' -o -name '*.pyi' -o -name '*.toml' -o -name '*.md' \) -not -path '*/tests/*')
NODE_SOURCES := $(shell find bindings-node -type f \( -name '*.rs' -o -name '*.js' -o -name '*.mjs' -o -name 'package.json' -o -name 'Cargo.toml' \) -not -path '*/node_modules/*' -not -path '*/test/*')

WASM := bindings-node/inferroute.wasm
HONO := examples/hono-edge

# Hosts under examples/ with dependencies of their own are workspaces of their own and share one target folder.
EXAMPLES_TARGET := $(CURDIR)/target/examples

.PHONY: demo setup test test-rust test-python test-node bench bench-bindings bench-peers check-costs costs valgrind quality quality-full fuzz agreement lint clean test-examples test-wasm

demo:
	@cargo run --quiet --package inferroute-examples --bin demo -- $(foreach f,$(MANIFEST),--manifest $(f)) \
	  $(foreach h,$(HEADERS),--header '$(h)') $(if $(MODEL),--model '$(MODEL)') $(if $(HOST),--host '$(HOST)') \
	  $(foreach e,$(ENDPOINTS),--endpoint '$(e)') $(if $(STRATEGY),--strategy $(STRATEGY)) $(if $(SEED),--seed $(SEED))

setup: $(VENV)/installed bindings-node/node_modules/built

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python $(CORE) $(PYTHON_SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check './bindings-python[test]'
	touch $@

bindings-node/node_modules/built: $(CORE) $(NODE_SOURCES)
	cd bindings-node && npm install --no-audit --no-fund --no-package-lock && npm run build
	cd examples/node && npm install --no-audit --no-fund --no-package-lock
	touch $@

test: test-rust test-python test-node

test-rust:
	cargo test --workspace

test-python: $(VENV)/installed
	$(BIN)/python -m pytest -q bindings-python/tests

test-node: bindings-node/node_modules/built
	cd bindings-node && npm test

# The core as WebAssembly. A toolchain that has no standard library for it gets one built from source, which Debian's packages bring.
$(WASM): $(CORE) $(NODE_SOURCES)
	cd bindings-node && npm run build:wasm
	touch $@

test-wasm: bindings-node/node_modules/built $(WASM)
	cd bindings-node && npm run test:wasm

# The real hosts: each installs what it needs and tests itself against the real thing.
test-examples: test-example-mock-vllm test-wasm test-example-hono test-example-fastify

.PHONY: example-mock-vllm test-example-mock-vllm load-tools
example-mock-vllm:
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo build --locked --manifest-path examples/mock-vllm/Cargo.toml
test-example-mock-vllm:
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo test --locked --manifest-path examples/mock-vllm/Cargo.toml

# What `make load` and `make latency` of the gateways measure with.
load-tools:
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo build --release --locked --manifest-path examples/mock-vllm/Cargo.toml

# Pingora builds a C library with cmake.
test-examples: test-example-pingora
test-example-pingora: example-mock-vllm ; $(MAKE) -C examples/pingora-gateway test
$(BIN)/cmake: $(BIN)/python ; $(BIN)/python -m pip install --quiet --disable-pip-version-check cmake && touch $@
test-examples: test-example-playground
test-example-playground: bindings-node/node_modules/built ; examples/playground/test/run
$(HONO)/node_modules/built: bindings-node/node_modules/built $(HONO)/package.json
	cd $(HONO) && npm install --no-audit --no-fund --no-package-lock
	touch $@

$(HONO)/dist/worker.js: $(WASM) $(HONO)/node_modules/built $(wildcard $(HONO)/src/*.mjs $(HONO)/scripts/*.mjs $(HONO)/bench/*.mjs)
	cd $(HONO) && npm run build
example-hono: $(HONO)/dist/worker.js
test-example-hono: $(HONO)/dist/worker.js example-mock-vllm
	cd $(HONO) && node --test --test-concurrency=1 test/node.test.mjs test/workerd.test.mjs
test-example-fastify: $(HONO)/node_modules/built example-mock-vllm
	cd $(HONO) && node --test test/fastify.test.mjs
.PHONY: test-example-pingora test-example-playground example-hono test-example-hono test-example-fastify
# Envoy comes from the Python registry.
.PHONY: test-example-envoy
test-examples: test-example-envoy
test-example-envoy: ; $(MAKE) -C examples/envoy-ext-proc test
# Hosts in Python. They find the library, their environment and what else they need by themselves.
.PHONY: test-example-litellm test-example-fastapi
test-examples: test-example-litellm test-example-fastapi
test-example-litellm: $(VENV)/installed example-mock-vllm ; $(MAKE) -C examples/litellm test
test-example-fastapi: $(VENV)/installed example-mock-vllm ; $(MAKE) -C examples/fastapi-gateway test

# Formatting, lints and documentation, as CI has them.
lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --quiet

# Times every scenario, or those that BENCH='score/' names, and prints a table beside the committed baseline; results in target/bench/summary.json.
bench:
	cargo bench --package inferroute-benches -- $(BENCH)
	cargo run --quiet --release --package inferroute-benches --bin summary -- $(SUMMARY)

# What a decision costs from Python and from Node, beside what it costs without them.
bench-bindings: setup
	cargo build --release --package inferroute-benches --bin native_decide
	$(BIN)/python benches/python_decide.py
	node benches/node_decide.mjs

# inferroute beside the libraries that users would take instead. They are built once, which takes some ten minutes, and nobody else pays for them.
bench-peers: $(PEERS)/installed
	PATH=$(CURDIR)/$(PEERS)/venv/bin:$$PATH cargo run --release --manifest-path benches/peers-run/Cargo.toml --target-dir $(PEERS)
	$(PEERS)/venv/bin/python benches/peers-run/litellm_peers.py

# A peer's C library is built by cmake.
$(PEERS)/installed: benches/peers-run/requirements.txt $(CORE) $(PYTHON_SOURCES)
	$(PYTHON) -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement benches/peers-run/requirements.txt ./bindings-python
	touch $@

# Counts instructions and allocations of scenarios, which may not grow beyond benches/costs.json; `make costs` writes that file.
check-costs: valgrind
	cargo run --quiet --release --package inferroute-benches --bin cost -- check

costs: valgrind
	cargo run --quiet --release --package inferroute-benches --bin cost -- write

valgrind:
	@command -v valgrind >/dev/null || (apt-get update --quiet && apt-get install --yes --quiet valgrind)

# The router against the rules of others, in simulated model servers: some ten minutes, or hours. QUALITY='--only conversation' and so on.
quality:
	cargo run --release --package inferroute-benches --bin quality -- $(QUALITY)

quality-full:
	cargo run --release --package inferroute-benches --bin quality -- --full $(QUALITY)

# One million generated cases against the reference.
agreement:
	INFERROUTE_CASES=1000000 cargo test --release --package inferroute --test agreement

fuzz:
	./fuzz/run

clean:
	cargo clean
	rm -rf $(VENV) bindings-node/node_modules bindings-node/*.node bindings-node/*.wasm examples/node/node_modules $(HONO)/node_modules $(HONO)/dist fuzz/target examples/envoy-ext-proc/.venv
