// Nanoseconds a decision takes from JavaScript: node benches/node_decide.mjs (after `npm run build` in bindings-node).
//
// One of 100 rules matches one of 10 headers and names a pool of 64 endpoints; two_choice picks. Each figure is the median of repeated runs after a
// warm-up of every shape, so that no shape profits from being measured alone.
import { Profile, Router } from '../bindings-node/index.mjs'

const RULES = 100
const ENDPOINTS = 64
const RUNS = 15
const CALLS = 100_000

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
const router = new Router(text, { seed: 42 })
const endpoints = Array.from({ length: ENDPOINTS }, (_, number) => ({
  name: `vllm-${number}`,
  address: `10.0.0.${number + 1}`,
  labels: { app: 'vllm' },
}))
router.observe({ event: 'endpoints_replaced', endpoints })

/** A router that scores all endpoints, without and with a scorer in JavaScript. */
const scoring = (profile) => {
  const made = new Router(text, { seed: 42, endpointPickerConfig: profile })
  made.observe({ event: 'endpoints_replaced', endpoints })
  return made
}
const byQueue = new Profile('default').scorer('queue-scorer')
const queued = scoring(byQueue)
const own = scoring(byQueue.scorer({ name: 'own', score: (request, all) => all.map(({ inFlight }) => 1 / (1 + inFlight)) }))
const prefixed = scoring(new Profile('default').scorer('prefix-cache-scorer'))
const tokens = Uint32Array.from({ length: 8192 }, (_, token) => token)

const object = {
  host: 'api.example.com',
  'user-agent': 'bench/1.0',
  accept: 'application/json',
  'accept-encoding': 'gzip, br',
  'content-type': 'application/json',
  'content-length': '1234',
  authorization: 'Bearer 0123456789abcdef0123456789abcdef',
  'x-request-id': '7a4e2c52-6a1f-4b6e-9d3e-1f2a3b4c5d6e',
  'x-forwarded-for': '192.0.2.7',
  'x-tenant': 'tenant-57',
}
const pairs = Object.entries(object)
const fetched = new Headers(object)
const options = { model: 'mistral' }

let sink = 0
const shapes = {
  'object of 10 headers': () => router.decide(object),
  'object, and the endpoint is read': () => (sink += router.decide(object).endpoint.length),
  'object, with a model': () => router.decide(object, options),
  'array of 10 pairs': () => router.decide(pairs),
  'Fetch Headers': () => router.decide(fetched),
  'queue-scorer': () => queued.decide(object),
  'queue-scorer and one in JavaScript': () => own.decide(object),
  'a prompt of 8,192 tokens': () => prefixed.decide(object, { prompt: tokens }),
  'route and finish': () => router.route(object).finish(),
  explain: () => router.explain(object),
}

function measure(decide, calls) {
  const start = process.hrtime.bigint()
  for (let call = 0; call < calls; call += 1) decide()
  return Number(process.hrtime.bigint() - start) / calls
}

/** Fewer of what takes longer. */
const slow = ['explain', 'queue-scorer', 'queue-scorer and one in JavaScript', 'a prompt of 8,192 tokens']
const calls = (name) => (slow.includes(name) ? CALLS / 100 : CALLS)
for (const [name, decide] of Object.entries(shapes)) measure(decide, calls(name))
for (const [name, decide] of Object.entries(shapes)) {
  const runs = Array.from({ length: RUNS }, () => measure(decide, calls(name))).sort((a, b) => a - b)
  const [best, median] = [runs[0], runs[RUNS >> 1]]
  console.log(`${name.padEnd(34)} ${median.toFixed(0).padStart(8)} ns   (best run ${best.toFixed(0)})`)
}
