// What a decision costs from JavaScript, beside what it costs without: `make bench-bindings`.
//
// 100 rules, each an exact match of `x-tenant` into a pool of 64 endpoints. Each round runs every scenario here and, without a binding, in
// `native_decide`. Shown are medians over the rounds, and of the differences within a round, of the time that the processes ran. They go to
// target/bench/summary.json under `node/<scenario>` and `native/<scenario>`. Every shape is warmed up before, so that none profits from being measured
// alone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Profile, Router } from '../bindings-node/index.mjs'

const RULES = 100
const ENDPOINTS = 64
const BATCH = 100
const ROUNDS = 25
const CALLS = 20_000
const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const NATIVE = file('target/release/native_decide')
const SUMMARY = file('target/bench/summary.json')

const rule = (number) => ({
  matches: [{ headers: [{ name: 'x-tenant', value: `tenant-${number}` }] }],
  backendRefs: [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'gpus' }],
})
const manifests = [
  {
    apiVersion: 'aigateway.envoyproxy.io/v1beta1',
    kind: 'AIGatewayRoute',
    metadata: { name: 'chat' },
    spec: { rules: Array.from({ length: RULES }, (_, number) => rule(number)) },
  },
  {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    metadata: { name: 'gpus' },
    spec: { selector: { matchLabels: { app: 'vllm' } }, targetPorts: [{ number: 8000 }] },
  },
]
const text = manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n')
const endpoints = Array.from({ length: ENDPOINTS }, (_, number) => ({
  name: `vllm-${number}`,
  address: `10.0.0.${number + 1}`,
  labels: { app: 'vllm' },
}))

const router = (options) => {
  const made = new Router(text, { seed: 1, ...options })
  made.observe({ event: 'endpoints_replaced', endpoints })
  return made
}
const scoring = (profile) => router({ endpointPickerConfig: profile })
const byChance = router({ strategy: 'two_choice' })
const byDefault = router({})
const byQueue = new Profile('default').scorer('queue-scorer')
const queued = scoring(byQueue)
const own = scoring(byQueue.scorer({ name: 'own', score: (request, all) => all.map(({ inFlight }) => 1 / (1 + inFlight)) }))
const prefixed = scoring(new Profile('default').scorer('prefix-cache-scorer'))
const tokens = Uint32Array.from({ length: 8192 }, (_, token) => token)
const prompt = 'abcd'.repeat(8192)

const object = {
  host: 'api.example.com',
  'user-agent': 'OpenAI/JS 6.9.0',
  accept: 'application/json',
  'content-type': 'application/json',
  'content-length': '5120',
  authorization: 'Bearer sk-0123456789abcdef0123456789abcdef',
  'x-request-id': '0b2c6a4e-5a3f-4d0e-9d3e-5a1f0a4b2c6a',
  'x-stainless-lang': 'js',
  'accept-encoding': 'gzip, deflate',
  'x-tenant': 'tenant-57',
}
const pairs = Object.entries(object)
const fetched = new Headers(object)
const options = { model: 'mistral' }
// As requests come: each an object of its own.
const many = Array.from({ length: BATCH }, () => ({ headers: { ...object } }))

let sink = 0
// [id, what, call, scenario of native_decide that does the same, decisions of a call, how much fewer calls a round makes]
const scenarios = [
  ['object_10', 'object of 10 headers', () => byChance.decide(object), 'decide', 1, 1],
  ['object_10_endpoint', 'and the endpoint is read', () => (sink += byChance.decide(object).endpoint.length), 'decide', 1, 1],
  ['object_10_model', 'with a model', () => byChance.decide(object, options), 'decide_model', 1, 1],
  ['pairs_10', 'array of 10 pairs', () => byChance.decide(pairs), 'decide', 1, 1],
  ['fetch_10', 'Fetch Headers', () => byChance.decide(fetched), 'decide', 1, 1],
  ['route_finish', 'route and finish', () => byChance.route(object).finish(), 'route_finish', 1, 1],
  ['explain', 'explain', () => byChance.explain(object), null, 1, 100],
  ['decide_many_100', 'one of 100 at once, decideMany', () => byChance.decideMany(many), 'decide_many', BATCH, 100],
  ['route_many_100', 'one of 100 at once, routeMany and finish', () => byChance.routeMany(many).forEach((ticket) => ticket.finish()), 'route_many_finish', BATCH, 100],
  ['default', 'the default strategy, of endpoints that told nothing', () => byDefault.decide(object), 'default', 1, 10],
  ['queue', 'queue-scorer', () => queued.decide(object), 'queue', 1, 10],
  ['tokens_8192', 'prefix-cache-scorer, 8,192 tokens in a Uint32Array', () => prefixed.decide(object, { prompt: tokens }), 'tokens_8192', 1, 100],
  ['text_32k', 'prefix-cache-scorer, 32 KiB of string', () => prefixed.decide(object, { prompt }), 'text_32k', 1, 100],
  ['javascript_scorer', 'queue-scorer and one in JavaScript', () => own.decide(object), null, 1, 100],
]

/** Nanoseconds of one decision, by the time that the process ran: the collector's threads count too. */
function measure([, , call, , size, fewer]) {
  const calls = CALLS / fewer
  const start = process.cpuUsage()
  for (let count = 0; count < calls; count += 1) call()
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / calls / size
}

/** Nanoseconds of one round without a binding. */
function native() {
  const input = JSON.stringify({ manifests: text, endpoints: ENDPOINTS, headers: pairs, batch: BATCH, calls: CALLS })
  const { status, stdout, stderr } = spawnSync(NATIVE, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`native_decide: ${stderr}`)
  return JSON.parse(stdout)
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

function save(figures) {
  const known = existsSync(SUMMARY) ? JSON.parse(readFileSync(SUMMARY, 'utf8')) : {}
  mkdirSync(file('target/bench'), { recursive: true })
  const all = Object.entries({ ...known, ...figures }).sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(SUMMARY, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`)
}

if (!existsSync(NATIVE)) {
  console.error('first: cargo build --release --package inferroute-benches --bin native_decide')
  process.exit(1)
}
for (let round = 0; round < 5; round += 1) scenarios.forEach(measure)
const rounds = Array.from({ length: ROUNDS }, () => ({ alone: native(), whole: scenarios.map(measure) }))

console.log(`Node ${process.version}, ${process.arch}; ${RULES} rules, ${ENDPOINTS} endpoints, two_choice where nothing else is said; medians of ${ROUNDS} rounds, ns a decision`)
const row = (what, ...cells) => console.log(what.padEnd(56) + cells.map((cell) => String(cell).padStart(9)).join(''))
row('', 'Node', 'native', 'more', 'times')
const figures = {}
const keep = (id, value) => (figures[id] = Math.round(value * 10) / 10)
scenarios.forEach(([id, what, , alone], index) => {
  const whole = median(rounds.map((round) => round.whole[index]))
  keep(`node/${id}`, whole)
  if (alone === null) return row(what, whole.toFixed(0))
  const without = median(rounds.map((round) => round.alone[alone]))
  const more = median(rounds.map((round) => round.whole[index] - round.alone[alone]))
  const times = median(rounds.map((round) => round.whole[index] / round.alone[alone]))
  keep(`native/${alone}`, without)
  keep(`node/${id}/more`, more)
  row(what, whole.toFixed(0), without.toFixed(0), more.toFixed(0), times.toFixed(2))
})
save(figures)
