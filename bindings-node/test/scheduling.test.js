'use strict'
// The scheduler as a host uses it: prompts, loads, tickets, and what a decision tells of them.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { CONTROL_HEADERS, LoadReport, ManifestError, OptionError, Profile, RequestError, Router, Scheduling } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }
const SECOND = 1_000_000_000
const by = (...plugins) => `
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [${plugins.map((type) => `{type: ${type}}`).join(', ')}]
schedulingProfiles: [{name: default, plugins: [${plugins.map((type) => `{pluginRef: ${type}}`).join(', ')}]}]
`
const prefixes = { endpointPickerConfig: by('prefix-cache-scorer'), prefix: { blockTokens: 16, key: 2n ** 127n } }
const endpointOf = (router, id) => router.endpoints().find((endpoint) => endpoint.id === id)

test('a prompt in any shape meets the endpoint that has seen it', () => {
  const text = 'You are a helpful assistant. '.repeat(40)
  const shared = new Uint32Array(new SharedArrayBuffer(4 * 64)).fill(7)
  const prompts = [text, Buffer.from(text), new TextEncoder().encode(text), new Uint32Array(64).fill(7), shared, new BigUint64Array([1n, 2n, 2n ** 64n - 1n])]
  for (const prompt of prompts) {
    const router = withEndpoints(Router, 8, prefixes)
    const first = router.route(GOLD, { prompt })
    assert.equal(first.decision.cachedTokens, 0)
    for (let turn = 0; turn < 8; turn += 1) {
      const again = router.decide(GOLD, { prompt })
      assert.equal(again.endpoint, first.decision.endpoint)
      assert.ok(again.cachedTokens > 0, 'cached')
    }
    assert.equal(router.decide(GOLD, { prompt, tenant: 'other' }).cachedTokens > 0, prompt instanceof BigUint64Array, 'tenants share nothing but hashes of the host')
    first.finish()
  }
})

test('text, bytes and tokens are hashed alike in all shapes', () => {
  const router = withEndpoints(Router, 4, prefixes)
  const text = 'größer '.repeat(200)
  router.route(GOLD, { prompt: text })
  const cached = router.decide(GOLD, { prompt: text }).cachedTokens
  assert.ok(cached > 0)
  assert.equal(router.decide(GOLD, { prompt: Buffer.from(text) }).cachedTokens, cached)
  assert.equal(router.decide(GOLD, { prompt: new Uint8Array(Buffer.from(`x${text}`).buffer.slice(0)) }).cachedTokens, 0)
  assert.equal(router.decide(GOLD, { prompt: new Uint32Array(0) }).promptTokens, 0)
  assert.equal(router.decide(GOLD, { prompt: text }).promptTokens, Math.ceil(Buffer.byteLength(text) / 4))
  assert.equal(router.decide(GOLD, { prompt: text, promptTokens: 12 }).promptTokens, 12)
})

test('wrong prompts, counts and texts are refused, and the router goes on', () => {
  const router = withEndpoints(Router, 2, prefixes)
  const wrong = [
    ['RQ0002', { prompt: [1, 2, 3] }],
    ['RQ0002', { prompt: 7 }],
    ['RQ0002', { prompt: new Float64Array(2) }],
    ['RQ0002', { prompt: new DataView(new ArrayBuffer(8)) }],
    ['RQ0002', { tenant: 5 }],
    ['RQ0002', { subset: ['10.0.0.1'] }],
    ['RQ0003', { promptTokens: -1 }],
    ['RQ0003', { promptTokens: 1.5 }],
    ['RQ0003', { promptTokens: 2 ** 32 }],
  ]
  for (const [code, options] of wrong) {
    assert.throws(() => router.decide(GOLD, options), (error) => error instanceof RequestError && error.code === code, JSON.stringify(options))
  }
  assert.ok(router.decide(GOLD, { prompt: null, tenant: null, subset: undefined, promptTokens: null }).ok)
})

test('a subset limits the endpoints, and none of it is a refusal with its own reason', () => {
  const router = withEndpoints(Router, 4)
  for (let turn = 0; turn < 8; turn += 1) assert.equal(router.decide(GOLD, { subset: '10.0.0.3, 10.9.9.9' }).endpoint, 'default/vllm-2')
  const refused = router.decide(GOLD, { subset: '' })
  assert.deepEqual([refused.ok, refused.status, refused.reason], [false, 503, 'no_endpoint_in_subset'])
})

test('a polled load is what scorers see, until it is stale', () => {
  const options = { endpointPickerConfig: by('queue-scorer'), staleAfter: BigInt(SECOND) }
  const router = withEndpoints(Router, 3, options)
  const page = (waiting) => `vllm:num_requests_waiting{model_name="m"} ${waiting}\nvllm:kv_cache_usage_perc{model_name="m"} 0.5\n`
  for (const [number, waiting] of [9, 0, 4].entries()) {
    const { report, engine, problems } = LoadReport.fromPrometheus(page(waiting))
    assert.deepEqual([report, engine, problems], [{ waiting, kv_usage: 0.5 }, 'vllm', []])
    router.observe({ event: 'load_polled', endpoint: `default/vllm-${number}`, load: report }, { now: SECOND })
  }
  for (let turn = 0; turn < 8; turn += 1) assert.equal(router.decide(GOLD, { now: SECOND }).endpoint, 'default/vllm-1')
  const late = new Set(Array.from({ length: 40 }, () => router.decide(GOLD, { now: 5 * SECOND }).endpoint))
  assert.ok(late.size > 1, 'stale values rate nobody')
})

test('a metrics page: engines, ranks, problems, wrong options', () => {
  const { report, problems, unlisted } = LoadReport.fromPrometheus(Buffer.from('vllm:num_requests_waiting NaN\nvllm:num_requests_running 2\n'), { engine: 'vllm' })
  assert.deepEqual(report, { running: 2 })
  assert.deepEqual(problems, [{ code: 'MT0004', line: 1, series: 'vllm:num_requests_waiting', message: 'MT0004 line 1 vllm:num_requests_waiting: the server reports NaN' }])
  assert.equal(unlisted, 0)
  const nothing = LoadReport.fromPrometheus('up 1\n')
  assert.deepEqual([nothing.report, nothing.engine, nothing.problems[0].code], [{}, null, 'MT0010'])
  const ranks = 'vllm:num_requests_waiting{engine="0"} 1\nvllm:num_requests_waiting{engine="1"} 6\n'
  assert.equal(LoadReport.fromPrometheus(ranks).report.waiting, 7)
  assert.equal(LoadReport.fromPrometheus(ranks, { rank: '1' }).report.waiting, 6)
  assert.throws(() => LoadReport.fromPrometheus('', { engine: 'vlm' }), OptionError)
  assert.throws(() => LoadReport.fromPrometheus('', { engin: 'vllm' }), (error) => error.code === 'OP0001')
  assert.throws(() => LoadReport.fromPrometheus('', { textBytes: -1 }), OptionError)
  assert.throws(() => LoadReport.fromPrometheus(undefined), OptionError)
  assert.throws(() => LoadReport.fromPrometheus(7), RequestError)
})

test('a ticket counts, works off its prompt, falls back and ends once', () => {
  const router = withEndpoints(Router, 3)
  const ticket = router.route(GOLD, { promptTokens: 100, now: 0 })
  const { endpoint, fallbacks } = ticket.decision
  assert.deepEqual([endpointOf(router, endpoint).inFlight, endpointOf(router, endpoint).waitingTokens], [1, 100])
  ticket.firstToken(SECOND)
  assert.deepEqual([endpointOf(router, endpoint).inFlight, endpointOf(router, endpoint).waitingTokens], [1, 0])
  ticket.cachedTokens(64)
  assert.deepEqual(endpointOf(router, endpoint).cachedTokens, { predicted: 0, delivered: 64 })
  assert.equal(ticket.fallBack(2n * BigInt(SECOND)), fallbacks[0])
  assert.deepEqual([endpointOf(router, endpoint).inFlight, endpointOf(router, fallbacks[0].endpoint).inFlight], [0, 1])
  assert.equal(ticket.fallBack(2 * SECOND), fallbacks[1])
  assert.equal(ticket.fallBack(3 * SECOND), null)
  assert.equal(endpointOf(router, fallbacks[1].endpoint).inFlight, 1)
  ticket.fail(4 * SECOND)
  ticket.finish()
  ticket.cancel()
  ticket.renew(1)
  assert.equal(ticket.fallBack(1), null)
  assert.ok(router.endpoints().every(({ inFlight, waitingTokens }) => inFlight === 0 && waitingTokens === 0))
  assert.throws(() => ticket.cachedTokens(-1), RequestError)
  assert.throws(() => router.route(GOLD).firstToken(1.5), RequestError)
})

test('a lease lapses unless it is renewed', () => {
  const router = withEndpoints(Router, 1, { lease: SECOND })
  const lost = router.route(GOLD, { now: 0 })
  const kept = router.route(GOLD, { now: 0 })
  kept.renew(5 * SECOND)
  router.observe({ event: 'leases_lapsed' }, { now: 5 * SECOND })
  assert.equal(router.endpoints()[0].inFlight, 1)
  lost.finish()
  kept.finish()
  assert.equal(router.endpoints()[0].inFlight, 0)
  assert.equal(withEndpoints(Router, 1, { lease: null }).route(GOLD).ok, true)
})

test('a ticket that goes out of scope ends', { skip: Symbol.dispose === undefined }, () => {
  const router = withEndpoints(Router, 1)
  const ticket = router.route(GOLD)
  assert.equal(router.endpoints()[0].inFlight, 1)
  ticket[Symbol.dispose]()
  assert.equal(router.endpoints()[0].inFlight, 0)
})

test('the headers of the endpoint picker protocol', () => {
  const router = withEndpoints(Router, 3, { fallbackEndpoints: 1 })
  const decision = router.decide(GOLD)
  const expected = [decision.address, decision.fallbacks[0].address].join(',')
  assert.equal(decision.destinations, expected)
  assert.deepEqual(decision.endpointHeaders, [['x-gateway-destination-endpoint', expected]])
  assert.equal(decision.sessionToken, Buffer.from(decision.endpoint).toString('base64'))
  assert.ok(CONTROL_HEADERS.includes('x-gateway-destination-endpoint') && Object.isFrozen(CONTROL_HEADERS))
})

test('a data-parallel rank goes by header', () => {
  const ranks = pool.replace('targetPorts: [{number: 8000}]', 'targetPorts: [{number: 8000}, {number: 8001}]')
  const profile = new Profile('default').scorer('queue-scorer').picker('random-picker')
  const plugins = [{ type: 'data-parallel-profile-handler', parameters: { primaryPort: 9000 } }]
  const router = new Router(ranks, { seed: 1, endpointPickerConfig: new Scheduling(profile, { plugins }) })
  router.observe({ event: 'endpoint_reported', endpoint: { name: 'a', address: '10.0.0.1', labels: { app: 'vllm' } } })
  const decision = router.decide(GOLD)
  assert.match(decision.address, /^10\.0\.0\.1:800[01]$/)
  assert.deepEqual(decision.endpointHeaders, [['x-gateway-destination-endpoint', '10.0.0.1:9000'], ['x-data-parallel-host-port', decision.address]])
})

test('prefill and decode go to endpoints of their own', () => {
  const decode = new Profile('decode').filter('decode-filter').scorer('queue-scorer')
  const prefill = new Profile('prefill').filter('prefill-filter').scorer('queue-scorer')
  const plugins = [
    { type: 'always-disagg-pd-decider' },
    { type: 'disagg-profile-handler', parameters: { profiles: { decode: 'decode', prefill: 'prefill' }, deciders: { prefill: 'always-disagg-pd-decider' } } },
  ]
  const router = new Router(pool, { seed: 1, endpointPickerConfig: new Scheduling([decode, prefill], { plugins }) })
  for (const [name, role] of [['d', 'decode'], ['p', 'prefill']]) {
    router.observe({ event: 'endpoint_reported', endpoint: { name, address: `10.0.1.${role.length}`, labels: { app: 'vllm', 'llm-d.ai/role': role } } })
  }
  const decision = router.decide(GOLD, { prompt: 'x'.repeat(4096) })
  assert.deepEqual([decision.endpoint, decision.prefill, decision.encode], ['default/d', { id: 'default/p', address: '10.0.1.7:8000' }, null])
  assert.ok(Object.isFrozen(decision.prefill))
  assert.deepEqual(decision.endpointHeaders, [['x-gateway-destination-endpoint', '10.0.1.6:8000'], ['x-prefiller-host-port', '10.0.1.7:8000']])
})

test('a profile put together is the configuration that it prints', () => {
  const profile = new Profile('default').filter('utilization-filter', { conditions: [{ metric: 'waiting-queue', maxValue: 3 }] }).scorer('queue-scorer', 2).scorer('queue-scorer', 1).picker('max-score-picker')
  const config = JSON.parse(String(new Scheduling(profile)))
  assert.deepEqual(config.plugins.map(({ name }) => name), ['utilization-filter', 'queue-scorer', 'queue-scorer-2', 'max-score-picker'])
  const router = withEndpoints(Router, 2, { endpointPickerConfig: profile })
  router.observe({ event: 'load_polled', endpoint: 'default/vllm-0', load: { waiting: 4 } })
  router.observe({ event: 'load_polled', endpoint: 'default/vllm-1', load: { waiting: 3 } })
  const why = router.explain(GOLD)
  const [removed, kept] = why.endpoints
  assert.deepEqual([removed.profile, removed.id, removed.removedBy, removed.demand, removed.scores, removed.total], ['default', 'default/vllm-0', 'utilization-filter', 'waiting at most 3', [], null])
  assert.equal(kept.demand, null)
  assert.deepEqual([kept.removedBy, kept.inFlight, kept.scores.map(({ scorer, weight, points }) => [scorer, weight, points]), kept.total], [null, 0, [['queue-scorer', 2, 2], ['queue-scorer', 1, 1]], 3])
  assert.deepEqual(why.picked, [{ endpoint: 'default/vllm-1', picker: 'max-score-picker' }])
  assert.equal(why.saturation, null)
  assert.ok(Object.isFrozen(why.endpoints[0].scores))
  assert.equal(JSON.parse(JSON.stringify(why)).endpoints[1].total, 3)
})

test('an explanation has its matches, its draws and the nearest change as values', () => {
  const profile = new Profile('default').scorer('queue-scorer', 2)
  const router = withEndpoints(Router, 2, { endpointPickerConfig: profile })
  const nobody = router.explain({ 'x-tier': 'none' })
  assert.deepEqual([nobody.matches.length, nobody.nearestChange, nobody.draws, nobody.endpoints], [1, null, [], []])
  assert.match(nobody.matches[0].miss, /x-tier/)
  const tied = router.explain(GOLD, { seed: 1 })
  assert.deepEqual(tied.matches, [{ route: 'default/chat', rule: 0, matchIndex: 0, miss: null }])
  assert.deepEqual([tied.nearestChange.behind, tied.nearestChange.by], [0, null])
  router.observe({ event: 'load_polled', endpoint: 'default/vllm-0', load: { waiting: 4 } })
  router.observe({ event: 'load_polled', endpoint: 'default/vllm-1', load: { waiting: 3 } })
  const why = router.explain(GOLD)
  assert.deepEqual(why.nearestChange, { endpoint: 'default/vllm-0', behind: 2, by: { scorer: 'queue-scorer', rating: 0, wanted: 1 } })
  assert.ok(Object.isFrozen(why.nearestChange.by))
  const printed = why.sections.flatMap(({ title, lines }) => [title, ...lines])
  for (const line of printed) assert.ok(String(why).includes(line), line)
  assert.deepEqual(JSON.parse(JSON.stringify(why)).nearestChange, why.nearestChange)
})

test('requests with one key meet at one endpoint', () => {
  const profile = new Profile('default').picker('consistent-hash-picker', { headerName: 'x-session-id', maxNumOfEndpoints: 2 })
  const router = withEndpoints(Router, 3, { endpointPickerConfig: profile })
  const sessions = Array.from({ length: 30 }, (_, number) => ({ ...GOLD, 'x-session-id': `session-${number}` }))
  const named = () => sessions.map((session) => router.decide(session)).map(({ endpoint, fallbacks }) => [endpoint, ...fallbacks.map((other) => other.endpoint)])
  const first = named()
  assert.deepEqual(named(), first)
  assert.ok(first.every((endpoints) => endpoints.length === 2) && new Set(first.map(([endpoint]) => endpoint)).size === 3)
  assert.deepEqual(router.explain(sessions[0]).picked[0], { endpoint: first[0][0], picker: 'consistent-hash-picker' })
  assert.equal(new Set(Array.from({ length: 100 }, () => router.decide(GOLD).endpoint)).size, 3, 'without the header it is drawn')
})

test('a full pool turns sheddable requests away, with the numbers', () => {
  const profile = new Profile('default').scorer('queue-scorer')
  const objective = '---\napiVersion: inference.networking.x-k8s.io/v1alpha2\nkind: InferenceObjective\nmetadata: {name: batch}\nspec: {priority: -1, poolRef: {name: gpus}}\n'
  const router = new Router(pool + objective, { seed: 1, endpointPickerConfig: new Scheduling(profile, { plugins: [{ type: 'utilization-detector' }], saturationDetector: 'utilization-detector' }) })
  router.observe({ event: 'endpoint_reported', endpoint: { name: 'a', address: '10.0.0.1', labels: { app: 'vllm' } } })
  router.observe({ event: 'load_polled', endpoint: 'default/a', load: { waiting: 50, kv_usage: 0.2 } })
  const refused = router.decide(GOLD, { objective: 'default/batch' })
  assert.deepEqual([refused.status, refused.reason, router.decide(GOLD).ok], [429, 'saturated', true])
  assert.deepEqual(router.explain(GOLD, { objective: 'default/batch' }).saturation, { saturation: 10, ceiling: 1 })
})

test('options of the scheduler are checked, and what the core refuses is told', () => {
  const wrong = [
    ['OP0002', { staleAfter: -1 }],
    ['OP0002', { lease: 1.5 }],
    ['OP0002', { endpointPickerConfig: 7 }],
    ['OP0002', { prefix: 7 }],
    ['OP0001', { prefix: { blockToken: 16 } }],
    ['OP0002', { prefix: { blockTokens: 0 } }],
    ['OP0002', { prefix: { dialect: 'mine' } }],
    ['OP0002', { prefix: { key: -1n } }],
    ['OP0002', { prefix: { key: 2n ** 128n } }],
    ['OP0002', { prefix: { budget: 5 } }],
    ['OP0002', { kvEvents: { weights: [2, 1, 1, 1] } }],
    ['OP0001', { kvEvents: { weight: [1, 1, 1, 1] } }],
    ['OP0002', { missingLoad: 'counts' }],
    ['OP0002', { halfLife: '10s' }],
  ]
  for (const [code, options] of wrong) {
    assert.throws(() => new Router(pool, options), (error) => error instanceof OptionError && error.code === code, JSON.stringify(Object.keys(options)))
  }
  assert.throws(() => new Router(pool, { endpointPickerConfig: by('queue-scoer') }), (error) => error instanceof ManifestError && error.code === 'RT0501')
  assert.throws(() => new Router(pool, { endpointPickerConfig: new Profile('a').scorer('queue-scoer') }), (error) => error instanceof ManifestError && error.code === 'RT0501')
  assert.throws(() => new Profile(''), OptionError)
  assert.throws(() => new Profile('a').scorer('queue-scorer', NaN), OptionError)
  assert.throws(() => new Profile('a').filter(undefined), OptionError)
  assert.throws(() => new Scheduling('a'), OptionError)
  assert.throws(() => new Scheduling([], { plugins: {} }), OptionError)
})

test('an update keeps the scheduling, and can replace it', () => {
  const router = withEndpoints(Router, 2, { endpointPickerConfig: by('queue-scorer') })
  router.update(pool)
  assert.match(String(router.explain(GOLD)), /max-score-picker/)
  router.update(pool, { endpointPickerConfig: null, strategy: 'random' })
  assert.match(String(router.explain(GOLD)), /random-picker/)
})

test('scorers of the host by their types, the key of a configuration and ceilings', () => {
  const config = by('mine', 'max-score-picker')
  const mine = { name: 'mine', score: (request, endpoints) => endpoints.map(({ id }) => (id === 'default/vllm-2' ? 1 : 0)) }
  const nested = (keys) => `\n---\n${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plugins' }, data: keys })}`
  const report = (router) => router.observe({ event: 'endpoints_replaced', endpoints: [0, 1, 2, 3].map((i) => ({ name: `vllm-${i}`, address: `10.0.0.${i + 1}`, labels: { app: 'vllm' } })) })
  const both = pool + nested({ 'a.yaml': by('queue-scorer'), 'b.yaml': config })
  const routers = [new Router(pool, { endpointPickerConfig: config, customScorers: [mine] }), new Router(both, { endpointPickerConfigKey: 'b.yaml', customScorers: [mine] })]
  for (const router of routers) {
    report(router)
    assert.equal(router.decide(GOLD).endpoint, 'default/vllm-2')
  }
  assert.throws(() => new Router(both), (error) => error instanceof ManifestError && error.problems[0].code === 'RT0510')
  assert.throws(() => new Router(both, { endpointPickerConfigKey: 'c.yaml' }), ManifestError)
  const full = { endpointPickerConfig: by('queue-scorer'), ceilings: [{ priority: 0, ceiling: 0.5 }] }
  assert.equal(withEndpoints(Router, 2, full).decide(GOLD).reason, 'saturated', 'load that nobody told is full')
  assert.ok(withEndpoints(Router, 2, { ...full, ceilings: [{ priority: 0, ceiling: 1.5 }] }).decide(GOLD).ok)
  for (const wrong of [{ customScorers: mine }, { customScorers: [{ name: 'mine' }] }, { ceilings: [{ priority: 0.5, ceiling: 1 }] }, { ceilings: [{ priority: 1, ceiling: NaN }] }, { ceilings: 1 }, { endpointPickerConfigKey: 7 }]) {
    assert.throws(() => new Router(pool, wrong), OptionError, JSON.stringify(wrong))
  }
  assert.throws(() => new Router(pool, { customScorers: [{ ...mine, weight: 2 }] }), OptionError)
})

test('what was only decided is nowhere afterwards', () => {
  const router = withEndpoints(Router, 4, { endpointPickerConfig: by('prefix-cache-scorer') })
  const prompt = 'nobody was asked to work this off '.repeat(100)
  router.decideMany([{ headers: GOLD, prompt }, { headers: GOLD, prompt }])
  assert.equal(router.decide(GOLD, { prompt }).cachedTokens, 0)
  router.routeMany([{ headers: GOLD, prompt }]).forEach((ticket) => ticket.finish())
  assert.ok(router.decide(GOLD, { prompt }).cachedTokens > 0)
})

test('requests with images are encoded elsewhere', () => {
  const config = `
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
  - {type: disagg-profile-handler, parameters: {deciders: {encode: always-disagg-multimodal-decider}}}
  - {type: always-disagg-multimodal-decider}
  - {type: random-picker}
schedulingProfiles: [{name: decode, plugins: [{pluginRef: random-picker}]}, {name: encode, plugins: [{pluginRef: random-picker}]}]
`
  const router = withEndpoints(Router, 2, { endpointPickerConfig: config })
  const encoded = (options) => router.decide(GOLD, options).encode !== null
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] })
  const chat = { path: '/v1/chat/completions', contentType: 'application/json' }
  assert.deepEqual([encoded({}), encoded({ multimodal: true }), encoded({ multimodal: false })], [false, true, false])
  assert.deepEqual([encoded({ ...chat, body }), encoded({ ...chat, body, multimodal: false }), encoded({ ...chat, body: '{"model": "m"}' })], [true, false, false])
  assert.throws(() => router.decide(GOLD, { multimodal: 'yes' }), RequestError)
})
