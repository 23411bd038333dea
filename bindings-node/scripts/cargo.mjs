// Builds the native half with cargo and puts it beside index.js.
import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a program and answers with what it printed; ends this process where it fails. */
export function run(program, given, env = {}) {
  const done = spawnSync(program, given, { cwd: here, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ...env } })
  if (done.error) {
    console.error(`${program} cannot be started: ${done.error.message}`)
    process.exit(1)
  }
  if (done.status !== 0) process.exit(done.status ?? 1)
  return done.stdout
}

/** Builds the package `inferroute-node` with these arguments, and puts the library whose name matches `library` at `name`. */
export function build(given, library, name, env) {
  const lines = run(process.env.CARGO ?? 'cargo', ['build', '--package', 'inferroute-node', '--message-format', 'json-render-diagnostics', ...given], env)
  const built = lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((message) => message.reason === 'compiler-artifact' && message.target.kind.includes('cdylib'))
    .filter((message) => message.target.name.replaceAll('-', '_') === 'inferroute_node')
    .flatMap((message) => message.filenames)
    .find((file) => library.test(file))
  if (built === undefined) {
    console.error('cargo reported no library; run it with --verbose to see why')
    process.exit(1)
  }
  // A process that has the old file loaded must keep it whole: replace the name, not the bytes.
  const target = join(here, name)
  copyFileSync(built, `${target}.new`)
  renameSync(`${target}.new`, target)
  console.log(`built ${target}`)
}
