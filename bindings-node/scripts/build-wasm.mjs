// Builds the core as WebAssembly, `inferroute.wasm`: with the toolchain's own standard library for wasm32-unknown-unknown, else with one that is built from source.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build, here, run } from './cargo.mjs'

const TARGET = 'wasm32-unknown-unknown'
const given = ['--profile', 'wasm', '--target', TARGET]
const hasTarget = existsSync(run('rustc', ['--print', 'target-libdir', '--target', TARGET]).trim())
if (hasTarget) {
  build(given, /\.wasm$/, 'inferroute.wasm')
} else {
  const source = run(join(here, 'scripts/std-source.sh'), [join(here, '../target/rust-src')]).trim()
  // The flag that builds the standard library is one of nightly toolchains alone, and so is the variable that says where its source is.
  const env = { RUSTC_BOOTSTRAP: '1', __CARGO_TESTS_ONLY_SRC_ROOT: join(source, 'library') }
  build([...given, '-Zbuild-std=std,panic_abort'], /\.wasm$/, 'inferroute.wasm', env)
}
