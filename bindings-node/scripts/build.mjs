// Builds the native half with cargo and puts it beside index.js as `inferroute.node`.
import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(dirname(fileURLToPath(import.meta.url)))
const cargo = spawnSync(
  process.env.CARGO ?? 'cargo',
  ['build', '--release', '--package', 'inferroute-node', '--message-format', 'json-render-diagnostics'],
  { cwd: here, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28 },
)
if (cargo.error) {
  console.error(`cargo cannot be started (${cargo.error.message}): install Rust from https://rustup.rs`)
  process.exit(1)
}
if (cargo.status !== 0) process.exit(cargo.status ?? 1)

const library = cargo.stdout
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
  .filter((message) => message.reason === 'compiler-artifact' && message.target.kind.includes('cdylib'))
  .filter((message) => message.target.name.replaceAll('-', '_') === 'inferroute_node')
  .flatMap((message) => message.filenames)
  .find((name) => /\.(so|dylib|dll)$/.test(name))
if (library === undefined) {
  console.error('cargo reported no library; run it with --verbose to see why')
  process.exit(1)
}

// A process that has the old file loaded must keep it whole: replace the name, not the bytes.
const target = join(here, 'inferroute.node')
copyFileSync(library, `${target}.new`)
renameSync(`${target}.new`, target)
console.log(`built ${target}`)
