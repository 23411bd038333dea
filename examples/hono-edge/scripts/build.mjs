// Puts the workers and the WebAssembly that it imports into dist/, as any bundler does that knows the export conditions of workerd.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

rmSync(`${root}/dist`, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['src/worker.mjs', 'bench/plain_worker.mjs'],
  outdir: 'dist',
  entryNames: '[name]',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['workerd', 'worker', 'browser'],
  loader: { '.wasm': 'copy' },
  logLevel: 'warning',
})
console.log('built dist/worker.js')
