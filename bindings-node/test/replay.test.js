'use strict'
// Bursts, journals, players and shadows.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Divergence, ManifestError, OptionError, Player, Profile, RequestError, Router } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }
const report = (count) => ({
  event: 'endpoints_replaced',
  endpoints: Array.from({ length: count }, (_, i) => ({ name: `vllm-${i}`, address: `10.0.0.${i + 1}`, labels: { app: 'vllm' } })),
})

test('a burst spreads: each request is counted before the next is decided', () => {
  const requests = Array.from({ length: 8 }, () => ({ headers: GOLD, model: 'm' }))
  const options = { strategy: 'least_request' }
  const router = withEndpoints(Router, 8, options)
  const tickets = router.routeMany(requests, { now: 5 })
  assert.equal(new Set(tickets.map(({ decision }) => decision.endpoint)).size, 8)
  assert.ok(router.endpoints().every(({ inFlight }) => inFlight === 1))
  const one = withEndpoints(Router, 8, options)
  assert.deepEqual(tickets.map(({ decision }) => decision.endpoint), requests.map(() => one.route(GOLD, { model: 'm', now: 5 }).decision.endpoint))
  tickets.forEach((ticket) => ticket.finish())
  const decisions = router.decideMany(new Set([...requests, { headers: { 'x-tier': 'tin' } }]))
  assert.equal(new Set(decisions.slice(0, 8).map(({ endpoint }) => endpoint)).size, 8)
  assert.deepEqual([decisions[8].ok, decisions[8].reason], [false, 'no_rule'])
  assert.ok(router.endpoints().every(({ inFlight }) => inFlight === 0))
  assert.deepEqual(router.decideMany([]), [])
})

test('a wrong request among many throws before any is counted', () => {
  const router = withEndpoints(Router, 2)
  const wrong = [[{ headers: GOLD }, { headers: GOLD, modle: 'm' }], [{ headers: GOLD }, null], [{ headers: GOLD }, { headers: 7 }], [{ headers: GOLD, now: 5 }], 7, undefined]
  for (const requests of wrong) assert.throws(() => router.routeMany(requests), RequestError)
  assert.throws(() => router.decideMany([], { seed: 1 }), RequestError)
  assert.throws(() => router.routeMany([{ headers: GOLD }], { now: -1 }), RequestError)
  assert.ok(router.endpoints().every(({ inFlight }) => inFlight === 0))
})

/** A router's life, and what it wrote down. */
function recorded(options) {
  const entries = []
  const router = new Router(pool, { seed: 2n ** 64n - 5n, ...options, journal: (entry) => entries.push(entry) })
  router.observe(report(4))
  router.observe({ event: 'load_polled', endpoint: 'default/vllm-1', load: { waiting: 2, kv_tokens: 2n ** 60n } }, { now: 2n ** 60n })
  router.decide(GOLD, { prompt: BigUint64Array.of(1n, 2n ** 63n), now: 2n ** 60n })
  const ticket = router.route(GOLD, { model: 'm', prompt: 'hello '.repeat(400) })
  ticket.firstToken(3)
  ticket.renew(4)
  ticket.cachedTokens(5)
  ticket.fallBack(6)
  ticket.finish()
  router.route({ 'x-tier': 'tin' })
  router.route(GOLD).fail(9)
  router.routeMany([{ headers: GOLD }, { headers: GOLD }]).forEach((lost) => lost.cancel())
  return { router, entries }
}

const PREFIXES = { endpointPickerConfig: new Profile('default').scorer('prefix-cache-scorer').scorer({ name: 'even', score: (request, endpoints) => endpoints.map(({ id }) => (/[02]$/.test(id) ? 1 : 0)) }, 0.5) }

test('a journal is repeated by a player, also after JSON', () => {
  for (const options of [{}, PREFIXES]) {
    const { router, entries } = recorded(options)
    const kinds = ['observed', 'observed', 'decided', 'decided', 'first_token', 'renewed', 'cached_tokens', 'fell_back', 'failed', 'answered', 'finished']
    const found = entries.slice(0, 11).map(({ entry }) => entry)
    assert.deepEqual(found.toSorted?.() ?? [...found].sort(), [...kinds].sort())
    assert.equal(entries[1].now, (2n ** 60n).toString())
    for (const list of [entries, entries.map((entry) => JSON.parse(JSON.stringify(entry)))]) {
      const player = new Player(pool, options)
      for (const entry of list) player.play(entry)
      assert.deepEqual(player.endpoints(), router.endpoints())
    }
  }
})

test('a player finds what came out differently', () => {
  const { entries } = recorded({})
  const code = (list, options) => {
    const player = new Player(pool, options)
    try {
      for (const entry of list) player.play(entry)
    } catch (error) {
      assert.ok(error instanceof Divergence, error)
      return error.code
    }
    return null
  }
  const changed = (change) => entries.map((entry) => (entry.entry === 'decided' ? change(structuredClone(entry)) : entry))
  assert.equal(code(entries), null)
  assert.equal(code(changed((entry) => ({ ...entry, request: { ...entry.request, path: '/other' } }))), 'RP0001')
  assert.equal(code(entries.slice(1)), 'RP0002')
  assert.equal(code(changed((entry) => ({ ...entry, decision: { ...entry.decision, seed: '77' } }))), 'RP0003')
  assert.equal(code([{ entry: 'observed', now: 0, event: { event: 'request_started', endpoint: 'nobody' } }]), 'RP0004')
  assert.equal(code([{ entry: 'renewed', now: 0, ticket: '18446744073709551615' }]), 'RP0005')
  for (const wrong of [undefined, 7, {}, { entry: 'bored' }, { entry: 'finished' }, { entry: 'finished', ticket: 2 ** 60 }]) assert.equal(code([wrong]), 'RP0000')
})

test('a player follows updates', () => {
  const entries = []
  const router = new Router(pool, { seed: 3, journal: (entry) => entries.push(entry) })
  router.observe(report(3))
  router.update(pool, { strategy: 'round_robin' })
  router.decide(GOLD)
  const player = new Player(pool)
  for (const entry of entries) {
    if (entry.entry === 'updated') player.update(pool, { strategy: 'round_robin' })
    player.play(entry)
  }
  assert.throws(() => player.update('a: ['), ManifestError)
  assert.throws(() => new Player(pool, { seed: 1 }), OptionError)
})

test('a journal that throws leaves the decision, and the error to the process', async () => {
  const failure = new Error('disk full')
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const uncaught = []
  process.on('uncaughtException', (error) => uncaught.push(error))
  const router = withEndpoints(Router, 1, { journal: () => { throw failure } })
  assert.ok(router.decide(GOLD).ok)
  await new Promise((resolve) => setTimeout(resolve, 10))
  process.removeAllListeners('uncaughtException')
  listeners.forEach((listener) => process.on('uncaughtException', listener))
  assert.deepEqual(uncaught, [failure, failure])
  assert.throws(() => new Router(pool, { journal: 'file' }), OptionError)
})

test('a journal may ask the router', () => {
  let depth = 0
  const router = withEndpoints(Router, 2, { journal: () => {
    depth += 1
    if (depth === 5) router.decide(GOLD)
  } })
  for (let turn = 0; turn < 6; turn += 1) assert.ok(router.decide(GOLD).ok)
  assert.equal(depth, 8)
})

test('a shadow decides beside the router and changes nothing', () => {
  const alone = withEndpoints(Router, 4)
  const router = withEndpoints(Router, 4)
  const same = router.shadow(pool)
  const other = router.shadow(pool, { endpointPickerConfig: new Profile('default').scorer({ name: 'first', score: (request, endpoints) => endpoints.map((_, index) => (index === 0 ? 1 : 0)) }) })
  for (let turn = 0; turn < 20; turn += 1) assert.equal(router.decide(GOLD).endpoint, alone.decide(GOLD).endpoint)
  const ticket = router.route(GOLD)
  alone.route(GOLD).finish()
  ticket.finish()
  router.route({ 'x-tier': 'tin' })
  const { requests, agreed, agreedOnBackend, endpoints } = same.report()
  assert.deepEqual([requests, agreedOnBackend, endpoints.no_rule], [22, 22, { live: 1, shadow: 1 }])
  // The routed one counted when the shadow looked.
  assert.ok(agreed >= 21)
  assert.deepEqual([other.report().requests, other.report().endpoints['default/vllm-0'].shadow], [22, 21])
  assert.ok(other.report().agreed < 22)
  other.stop()
  other.stop()
  router.decide(GOLD)
  assert.deepEqual([same.report().requests, other.report().requests], [23, 22])
  assert.throws(() => router.shadow('a: ['), ManifestError)
  assert.throws(() => router.shadow(pool, { seed: 1 }), OptionError)
})
