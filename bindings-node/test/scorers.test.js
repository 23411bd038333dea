'use strict'
// Scorers of the host's own: what they see, and that nothing they do harms the router.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { OptionError, Profile, RequestError, Router } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }
const only = (score, options) => ({ endpointPickerConfig: new Profile('default').scorer({ name: 'mine', score }), ...options })
const last = (request, endpoints) => endpoints.map((_, index) => (index === endpoints.length - 1 ? 1 : 0))

test('a scorer decides, from each of its places', () => {
  const places = [only(last), { strategy: 'least_request', scorers: [{ name: 'mine', weight: 5, score: last }] }, { scorers: [{ name: 'mine', profile: 'least_request', score: last, weight: 9 }], strategy: 'least_request' }]
  for (const options of places) {
    const router = withEndpoints(Router, 3, options)
    for (let turn = 0; turn < 9; turn += 1) assert.equal(router.decide(GOLD).endpoint, 'default/vllm-2')
    assert.ok(router.explain(GOLD).endpoints.every(({ scores }) => scores.some(({ scorer }) => scorer === 'mine')))
  }
})

test('what a scorer sees', () => {
  let seen
  const router = withEndpoints(Router, 2, only((request, endpoints) => {
    const plain = ({ id, address, labels, inFlight, waitingTokens, waiting, running, kvUsage, prefixShare }) => ({ id, address, labels, inFlight, waitingTokens, waiting, running, kvUsage, prefixShare })
    seen = { request, endpoints: endpoints.map(plain) }
    return [1, null]
  }))
  router.observe({ event: 'load_polled', endpoint: 'default/vllm-0', load: { waiting: 3, kv_usage: 0.25 } })
  const ticket = router.route(GOLD, { model: 'm', tenant: 't', promptTokens: 50, path: '/v1' })
  assert.equal(ticket.decision.endpoint, 'default/vllm-0')
  router.decide([['X-Tier', 'gold'], ['cookie', 'secret']])
  assert.deepEqual(seen.request, { model: null, host: null, path: '/', method: 'GET', tenant: null, headers: { 'x-tier': 'gold' } })
  assert.deepEqual(seen.endpoints, [
    { id: 'default/vllm-0', address: '10.0.0.1:8000', labels: { app: 'vllm' }, inFlight: 1, waitingTokens: 50, waiting: 3, running: null, kvUsage: 0.25, prefixShare: null },
    { id: 'default/vllm-1', address: '10.0.0.2:8000', labels: { app: 'vllm' }, inFlight: 0, waitingTokens: 0, waiting: null, running: null, kvUsage: null, prefixShare: null },
  ])
})

test('names and labels follow the endpoints', () => {
  const seen = []
  const router = withEndpoints(Router, 1, only((request, endpoints) => (seen.push(endpoints.map(({ id, labels }) => `${id} ${labels.zone}`)), endpoints.map(() => 1))))
  router.decide(GOLD)
  router.observe({ event: 'endpoint_reported', endpoint: { name: 'a', address: '10.0.1.1', labels: { app: 'vllm', zone: 'z' } } })
  router.decide(GOLD)
  router.observe({ event: 'endpoint_gone', name: 'vllm-0' })
  router.decide(GOLD)
  router.update(pool)
  router.decide(GOLD)
  assert.deepEqual(seen, [['default/vllm-0 undefined'], ['default/a z', 'default/vllm-0 undefined'], ['default/a z'], ['default/a z']])
})

test('a scorer that fails rates nobody, and the explanation says why', () => {
  const failure = new Error('no such zone')
  const wrong = [
    ['threw', () => { throw failure }],
    ['promise', async (request, endpoints) => endpoints.map(() => 1)],
    ['number or null', () => [1]],
    ['number or null', () => undefined],
    ['number or null', () => 'ab'],
    ['number or null', (request, endpoints) => endpoints.map(() => '1')],
    ['number or null', (request, endpoints) => endpoints.map(() => 1n)],
    ['threw', () => ({ get length() { throw failure } }).length],
    ['threw', function deeper() { return deeper() }],
  ]
  for (const [reason, score] of wrong) {
    const router = withEndpoints(Router, 2, only(score))
    assert.ok(router.decide(GOLD).ok && router.route(GOLD).ok)
    const why = router.explain(GOLD)
    assert.equal(why.scorersFailed.length, 1)
    assert.match(why.scorersFailed[0].reason, new RegExp(reason))
    assert.match(String(why), /mine failed: /)
    assert.ok(why.endpoints.every(({ scores }) => scores.every(({ rating }) => rating === null)))
  }
  assert.equal(withEndpoints(Router, 2, only(() => { throw failure })).explain(GOLD).scorersFailed[0].error, failure)
})

test('ratings are held to their range; null, undefined and NaN rate nothing', () => {
  const given = [7, -1, null, undefined, NaN, Infinity, 0.5]
  const router = withEndpoints(Router, given.length, only(() => given))
  const points = router.explain(GOLD).endpoints.map(({ scores: [{ rating, points }] }) => [rating, points])
  assert.deepEqual(points, [[7, 1], [-1, 0], [null, 0], [null, 0], [null, 0], [Infinity, 1], [0.5, 0.5]].map(([rating, point]) => [Number.isFinite(rating) ? rating : null, point]))
  assert.equal(withEndpoints(Router, 2, only(() => Float64Array.of(0, 1))).decide(GOLD).endpoint, 'default/vllm-1')
})

test('a scorer may not ask the router that asks it, and may ask another', () => {
  const calls = [(r) => r.decide(GOLD), (r) => r.route(GOLD), (r) => r.explain(GOLD), (r) => r.observe({ event: 'leases_lapsed' }), (r) => r.update(pool), (r) => r.decideMany([{ headers: GOLD }]), (r) => r.shadow(pool)]
  const other = withEndpoints(Router, 1)
  for (const call of calls) {
    const thrown = []
    const router = withEndpoints(Router, 2, only((request, endpoints) => {
      call(other)
      try {
        call(router)
      } catch (error) {
        thrown.push(error)
      }
      return endpoints.map(() => 1)
    }))
    assert.ok(router.decide(GOLD).ok)
    assert.ok(thrown.length === 1 && thrown[0] instanceof RequestError && thrown[0].code === 'RQ0005')
    assert.ok(router.decide(GOLD).ok)
  }
})

test('a scorer that changes or gives away a prompt harms nothing', () => {
  const prompt = new Uint32Array(4096).fill(9)
  const profile = new Profile('default').scorer('prefix-cache-scorer').scorer({ name: 'mine', score: (request, endpoints) => {
    structuredClone(prompt.buffer, { transfer: [prompt.buffer] })
    return endpoints.map(() => 1)
  } })
  const router = withEndpoints(Router, 4, { endpointPickerConfig: profile })
  const ticket = router.route(GOLD, { prompt })
  assert.equal(ticket.decision.promptTokens, 4096)
  assert.equal(prompt.length, 0)
})

test('wrong scorers are refused', () => {
  const wrong = [[7], ['mine'], [{ name: 'mine' }], [{ name: '', score: last }], [{ score: last }], [{ name: 'mine', score: last, weight: NaN }], [{ name: 'mine', score: last, profile: 7 }], [{ name: 'mine', score: last, profile: 'nobody' }]]
  for (const scorers of wrong) assert.throws(() => new Router(pool, { scorers }), OptionError)
  assert.throws(() => new Router(pool, { scorers: last }), OptionError)
})

test('a router that its scorer refers to is collected', { skip: global.gc === undefined }, async () => {
  const collected = []
  const registry = new FinalizationRegistry((name) => collected.push(name))
  const load = () => {
    const holder = {}
    holder.router = withEndpoints(Router, 2, only((request, endpoints) => endpoints.map(() => (holder.router === undefined ? 0 : 1))))
    holder.router.decide(GOLD)
    registry.register(holder.router, 'router')
  }
  for (let round = 0; round < 20; round += 1) load()
  for (let round = 0; round < 20 && collected.length < 20; round += 1) {
    global.gc()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.ok(collected.length > 0)
})

test('scorers are called after collections, too', { skip: global.gc === undefined }, async () => {
  const router = withEndpoints(Router, 3, only((request, endpoints) => last(request, endpoints)))
  for (let round = 0; round < 5; round += 1) {
    global.gc()
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(router.decide(GOLD).endpoint, 'default/vllm-2')
    router.update(pool)
  }
})
