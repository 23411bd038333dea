// The ways into the package without an addon, each in a process of its own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import half from '../lib/wasm.js'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Runs a module in a process that knows these conditions; answers with what it printed. */
function run(code, conditions = []) {
  const flags = conditions.map((condition) => `--conditions=${condition}`)
  const done = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', code], { cwd: here, encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
  return done.stdout
}

const decides = `
const router = new inferroute.Router(\`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: all}
spec:
  rules: [{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}]}
\`)
router.observe({ event: 'endpoint_reported', endpoint: { name: 'vllm-0', address: '10.0.0.1', labels: { app: 'vllm' } } })
console.log(router.decide().address)
`

test('inferroute/wasm decides on Node.js', () => {
  assert.equal(run(`import inferroute from 'inferroute/wasm'\n${decides}`), '10.0.0.1:8000\n')
})

test('the condition `browser` fetches the module beside it', () => {
  const fetching = `
import { readFileSync } from 'node:fs'
globalThis.fetch = async (url) => new Response(readFileSync(url), { headers: { 'content-type': 'application/wasm' } })
const { default: inferroute } = await import('inferroute')
`
  assert.equal(run(`${fetching}${decides}`, ['browser']), '10.0.0.1:8000\n')
})

test('a process has one native half', () => {
  const both = `
import 'inferroute'
await import('inferroute/wasm').then(() => console.log('both'), (error) => console.log(error.message))
`
  assert.match(run(both), /^inferroute is loaded already/)
})

/** A module with one function, `x`, that traps. */
function trapping() {
  const list = (entries) => [entries.length, ...entries.flat()]
  const name = (text) => list([...Buffer.from(text)])
  const section = (id, bytes) => [id, bytes.length, ...bytes]
  const [i32, func] = [0x7f, 0x60]
  return new WebAssembly.Module(
    new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list([[func, 3, i32, i32, i32, 0], [func, 0, 0], [func, 1, i32, 0]])),
      ...section(2, list([[...name('inferroute'), ...name('answer_function'), 0, 0]])),
      ...section(3, list([[1], [2], [2]])),
      ...section(5, list([[0, 1]])),
      ...section(7, list([[...name('memory'), 2, 0], [...name('inferroute_start'), 0, 1], [...name('inferroute_call'), 0, 2], [...name('inferroute_drop'), 0, 3]])),
      // start: answer_function(0, 1, 0); call: unreachable; drop: nothing.
      ...section(10, list([list([0, 0x41, 0, 0x41, 1, 0x41, 0, 0x10, 0, 0x0b]), list([0, 0, 0x0b]), list([0, 0x0b])])),
      ...section(11, list([[0, 0x41, 0, 0x0b, ...name('x')]])),
    ]),
  )
}

test('a fault stops the module, and every later call says so', () => {
  const native = half(trapping())
  for (let call = 0; call < 2; call += 1) {
    const { error } = JSON.parse(native.x())
    assert.equal(error.code, 'IR0000')
    assert.match(error.message, /unreachable/)
  }
})
