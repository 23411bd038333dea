# make demo    the main job, on the embedded example or on MANIFEST=file.yaml HEADERS='name=value ...' MODEL=name HOST=name ENDPOINTS='name,ip,label=value ...'
# make test    sets up everything it needs, then all tests of Rust, Python and Node
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(shell find core/src core/Cargo.toml Cargo.toml Cargo.lock -type f)
PYTHON_SOURCES := $(shell find bindings-python -type f \( -name '*.rs' -o -name '*.py' -o -name '*.pyi' -o -name '*.toml' -o -name '*.md' \) -not -path '*/tests/*')
NODE_SOURCES := $(shell find bindings-node -type f \( -name '*.rs' -o -name '*.js' -o -name '*.mjs' -o -name 'package.json' -o -name 'Cargo.toml' \) -not -path '*/node_modules/*' -not -path '*/test/*')

# Hosts under examples/ with dependencies of their own are workspaces of their own and share one target folder.
EXAMPLES_TARGET := $(CURDIR)/target/examples

.PHONY: demo setup test test-rust test-python test-node test-examples bench bench-bindings quality quality-full fuzz agreement lint clean

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

# The real hosts: each installs what it needs and tests itself against the real thing.
test-examples: test-example-mock-vllm
test-examples: test-example-envoy

.PHONY: example-mock-vllm test-example-mock-vllm
example-mock-vllm:
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo build --locked --manifest-path examples/mock-vllm/Cargo.toml
test-example-mock-vllm:
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo test --locked --manifest-path examples/mock-vllm/Cargo.toml

.PHONY: example-envoy test-example-envoy
ENVOY_VENV := examples/envoy-ext-proc/.venv
$(ENVOY_VENV)/installed: examples/envoy-ext-proc/requirements.txt
	$(PYTHON) -m venv $(ENVOY_VENV)
	$(ENVOY_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@
example-envoy: example-mock-vllm $(ENVOY_VENV)/installed
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo build --locked --manifest-path examples/envoy-ext-proc/Cargo.toml
test-example-envoy: example-envoy
	CARGO_TARGET_DIR=$(EXAMPLES_TARGET) cargo test --locked --manifest-path examples/envoy-ext-proc/Cargo.toml

# Formatting, lints and documentation, as CI has them.
lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --quiet

bench:
	cargo bench --package inferroute-benches

bench-bindings: setup
	$(BIN)/python benches/python_decide.py
	node benches/node_decide.mjs

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
	rm -rf $(VENV) $(ENVOY_VENV) bindings-node/node_modules bindings-node/*.node examples/node/node_modules fuzz/target
