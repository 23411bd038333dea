'use strict'
// What engines and hosts tell of endpoints beside their coming and going.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { EventError, Profile, Router } = require('..')
const { withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }
const ID = 'default/vllm-0'
const HASHES = [11n, 12n, 2n ** 64n - 1n]
const precise = { endpointPickerConfig: new Profile('default').scorer('prefix-cache-scorer'), kvEvents: true, prefix: { blockTokens: 16 } }
const told = (router, number) => router.endpoints()[number]

test('requests counted by events', () => {
  const router = withEndpoints(Router, 2)
  router.observe({ event: 'request_started', endpoint: ID, prompt_tokens: 40 })
  assert.deepEqual([told(router, 0).inFlight, told(router, 0).waitingTokens], [1, 40])
  router.observe({ event: 'first_token', endpoint: ID, prompt_tokens: 40 })
  assert.deepEqual([told(router, 0).inFlight, told(router, 0).waitingTokens], [1, 0])
  router.observe({ event: 'request_measured', endpoint: ID, ttft_ns: 10n ** 9n }, { now: 5 })
  router.observe({ event: 'request_measured', endpoint: ID, failed: true })
  router.observe({ event: 'request_finished', endpoint: ID })
  assert.equal(told(router, 0).inFlight, 0)
})

test('blocks that an engine stored lead prompts to it', () => {
  for (const hashes of [HASHES, BigUint64Array.from(HASHES), ['11', 12, (2n ** 64n - 1n).toString()]]) {
    const router = withEndpoints(Router, 4, precise)
    const holds = () => router.decide(GOLD, { prompt: BigUint64Array.from(HASHES) }).cachedTokens
    router.observe({ event: 'cache_started', endpoint: ID, sequence: 0 })
    router.observe({ event: 'blocks_stored', endpoint: ID, sequence: 1n, hashes, parent: null, tier: 'device' })
    const decision = router.decide(GOLD, { prompt: BigUint64Array.from(HASHES) })
    assert.deepEqual([decision.endpoint, decision.cachedTokens], [ID, 48])
    router.observe({ event: 'blocks_removed', endpoint: ID, sequence: 2, hashes: BigUint64Array.of(HASHES[2]) })
    assert.equal(holds(), 32)
    router.observe({ event: 'cache_cleared', endpoint: ID, sequence: 3 })
    assert.equal(holds(), 0)
    assert.deepEqual(router.kvCounters, { gaps: 0, duplicates: 0, passedOver: 0, unplaced: 0, refused: 0 })
    router.observe({ event: 'blocks_stored', endpoint: ID, sequence: 9, hashes: [1n], parent: 2n ** 63n })
    assert.equal(router.kvCounters.gaps, 1)
  }
})

test('blocks told by their tokens', () => {
  const router = withEndpoints(Router, 4, precise)
  const tokens = Uint32Array.from({ length: 32 }, (_, token) => token)
  router.observe({ event: 'cache_started', endpoint: 'default/vllm-2', sequence: 0 })
  router.observe({ event: 'blocks_stored', endpoint: 'default/vllm-2', sequence: 1, hashes: [5n, 6n], tokens, model: 'm', tenant: 't' })
  const ask = (options) => router.decide(GOLD, { prompt: tokens, ...options })
  assert.deepEqual([ask({ model: 'm', tenant: 't' }).endpoint, ask({ model: 'm', tenant: 't' }).cachedTokens], ['default/vllm-2', 32])
  assert.deepEqual([ask({ model: 'm' }).cachedTokens, ask({ model: 'n', tenant: 't' }).cachedTokens], [0, 0])
})

test('without KV events nothing counts them', () => {
  const router = withEndpoints(Router, 1)
  assert.equal(router.kvCounters, null)
  router.observe({ event: 'cache_started', endpoint: ID, sequence: 0 })
})

test('attributes are reported, sixteen at most', () => {
  const router = withEndpoints(Router, 1)
  for (let number = 0; number < 16; number += 1) router.observe({ event: 'attribute_reported', endpoint: ID, attribute: `a${number}`, value: number / 2 })
  assert.throws(() => router.observe({ event: 'attribute_reported', endpoint: ID, attribute: 'b', value: 1 }), (error) => error.code === 'EV0005')
})

test('wrong events change nothing', () => {
  const router = withEndpoints(Router, 1, precise)
  const stored = { event: 'blocks_stored', endpoint: ID, sequence: 1 }
  const wrong = [
    { ...stored, hashes: [2 ** 60] },
    { ...stored, hashes: [-1n] },
    { ...stored, hashes: [2n ** 64n] },
    { ...stored, hashes: ['x'] },
    { ...stored, hashes: new Float64Array([0.5]) },
    { ...stored, hashes: [1n], tier: 'tape' },
    { ...stored, hashes: [1n], sequence: 1.5 },
    { event: 'load_polled', endpoint: ID, load: { kv_usage: 2 } },
    { event: 'load_polled', endpoint: ID, load: { waitng: 2 } },
    { event: 'attribute_reported', endpoint: ID, attribute: 'a', value: Infinity },
    { event: 'request_started', endpoint: 'default/nobody' },
    { event: 'request_started', endpoint: ID, prompt_tokens: -1 },
    undefined,
    7n,
  ]
  for (const event of wrong) assert.throws(() => router.observe(event), EventError)
  assert.equal(told(router, 0).inFlight, 0)
})

test('digits in labels stay text', () => {
  const router = withEndpoints(Router, 0)
  router.observe({ event: 'endpoint_reported', endpoint: { name: 'a', address: '10.0.0.1', labels: { app: 'vllm', seed: '12', hashes: '9007199254740993' } } })
  assert.ok(router.decide(GOLD).ok)
})

test('requests of other replicas count until they are over', () => {
  const router = withEndpoints(Router, 2)
  const hear = (requests, more) => router.observe({ event: 'replica_told', replica: 'a', requests, ...more })
  for (let turn = 0; turn < 2; turn += 1) {
    hear([{ number: 1n, stage: 'sent', endpoint: ID, prompt_tokens: 40, prompt: HASHES }])
    assert.deepEqual([told(router, 0).inFlight, told(router, 0).ofReplicas, told(router, 0).waitingTokens], [1, 1, 40])
  }
  hear([{ number: 2, stage: 'answering', endpoint: ID }])
  assert.equal(told(router, 0).inFlight, 2)
  hear([], { complete_to: 1 })
  assert.equal(told(router, 0).inFlight, 1)
  router.observe({ event: 'replica_gone', replica: 'a' })
  assert.deepEqual([told(router, 0).inFlight, told(router, 0).ofReplicas], [0, 0])
})

test('a ticket tells the other replicas of its request', () => {
  const hosts = [1, 2].map(() => withEndpoints(Router, 2, precise))
  const [here, there] = hosts
  const prompt = 'the same beginning of every prompt. '.repeat(40)
  const ticket = here.route(GOLD, { prompt })
  const at = hosts.map((host) => host.endpoints().findIndex((endpoint) => endpoint.id === ticket.decision.endpoint))
  const hear = (request) => there.observe(JSON.parse(JSON.stringify({ event: 'replica_told', replica: 'a', requests: [request] })))
  const large = 2n ** 64n - 2n
  const first = ticket.told(large)
  assert.ok(first.prompt.length > 10)
  assert.deepEqual({ ...first, prompt: [] }, { number: String(large), stage: 'sent', attempt: 0, endpoint: ticket.decision.endpoint, prompt_tokens: 360, cached_tokens: 0, prompt: [] })
  // Twice, as networks do.
  hear(first)
  hear(first)
  const seen = () => told(there, at[1])
  assert.deepEqual([seen().inFlight, seen().ofReplicas, seen().waitingTokens], [1, 1, 360])
  ticket.firstToken(5)
  const later = ticket.told(large, { prompt: false })
  assert.deepEqual([later.stage, later.prompt], ['answering', undefined])
  hear(later)
  assert.equal(seen().waitingTokens, 0)
  ticket.finish()
  assert.equal(ticket.told(large), null)
  hear({ number: String(large), stage: 'over' })
  assert.deepEqual([seen().inFlight, seen().ofReplicas], [0, 0])
  assert.throws(() => ticket.told(-1), { code: 'RQ0003' })
})
