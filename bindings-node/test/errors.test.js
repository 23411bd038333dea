'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { EventError, InferrouteError, ManifestError, OptionError, RequestError, Router } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }

/** Each call throws `Kind` with this code and a message like that. */
function refuses(Kind, cases) {
  for (const [code, message, call] of cases) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof Kind && error instanceof InferrouteError && error instanceof Error, String(error))
      assert.deepEqual([error.code, error.name], [code, Kind.name])
      assert.match(error.message, message)
      return true
    }, String(call))
  }
}

test('options are checked', () => {
  refuses(OptionError, [
    ['OP0001', /`stategy` is not an option here; choose among strategy/, () => new Router(pool, { stategy: 'random' })],
    ['OP0002', /option firstMatch is a string; pass a boolean/, () => new Router(pool, { firstMatch: 'yes' })],
    ['OP0002', /option strategy is a number; pass a string/, () => new Router(pool, { strategy: 1 })],
    ['OP0002', /option fallbackEndpoints is a string; pass a number/, () => new Router(pool, { fallbackEndpoints: '2' })],
    ['OP0002', /option fallbackEndpoints must be an integer from 0/, () => new Router(pool, { fallbackEndpoints: -1 })],
    ['OP0002', /option fallbackEndpoints must be/, () => new Router(pool).update(pool, { fallbackEndpoints: NaN })],
    ['OP0002', /unknown variant `maybe`, expected one of `pass`, `reject`, `sheddable`/, () => new Router(pool, { unknownModel: 'maybe' })],
    ['OP0002', /options are null; pass an object/, () => new Router(pool, null)],
    ['OP0002', /option extensionFilters is a string; pass an array/, () => new Router(pool, { extensionFilters: 'a/B' })],
    ['OP0002', /entry 1 of option extensionFilters is a number/, () => new Router(pool, { extensionFilters: ['a/B', 1] })],
    ['OP0002', /`Wasm` is not a kind with its group/, () => new Router(pool, { extensionFilters: ['Wasm'] })],
    ['OP0002', /option mesh is a string; pass a boolean/, () => new Router(pool, { mesh: 'yes' })],
    ['OP0002', /unknown variant `thaw`/, () => new Router(pool, { invalidBackendRefs: 'thaw' })],
    ['OP0003', /`fastest` is not a strategy; choose one of random/, () => new Router(pool, { strategy: 'fastest' })],
    ['OP0004', /seed must be a bigint/, () => new Router(pool, { seed: -1 })],
    ['OP0004', /seed must be/, () => new Router(pool, { seed: 2n ** 64n })],
    ['OP0004', /seed must be/, () => new Router(pool, { seed: 1.5 })],
    ['OP0004', /seed must be/, () => new Router(pool, { seed: '1' })],
    ['OP0001', /`seed` is not an option here/, () => new Router(pool).update(pool, { seed: 1 })],
    ['OP0005', /manifests are undefined; pass a string/, () => new Router()],
    ['OP0005', /manifests are a number/, () => new Router(42)],
    ['OP0005', /entry 0 of manifests is a string; pass \[file, text\]/, () => new Router([pool])],
    ['OP0005', /entry 0 of manifests holds a number/, () => new Router({ a: 1 })],
  ])
})

test('requests are checked, without showing values', () => {
  const router = withEndpoints(Router, 1)
  refuses(RequestError, [
    ['RQ0001', /headers are a string; pass an object/, () => router.decide('x-tier: gold')],
    ['RQ0001', /header number 0 is a string; pass a \[name, value\] pair; node's rawHeaders/, () => router.decide(['x-tier', 'gold'])],
    ['RQ0001', /name of header number 0 is a number/, () => router.decide([[1, 'gold']])],
    ['RQ0001', /value of header `x-tier` is a number; pass a string/, () => router.decide({ 'x-tier': 1 })],
    ['RQ0001', /value of header `x-tier` is null/, () => router.decide({ 'x-tier': null })],
    ['RQ0001', /value of header `X-Tier` is undefined/, () => router.decide({ 'X-Tier': ['gold', undefined] })],
    ['RQ0002', /model is a number; pass a string/, () => router.decide(GOLD, { model: 1 })],
    ['RQ0002', /host is an object \(URL\)/, () => router.decide(GOLD, { host: new URL('http://a') })],
    ['RQ0002', /options are a string/, () => router.decide(GOLD, 'mistral')],
    ['RQ0002', /path is a number; pass a string/, () => router.decide(GOLD, { path: 1 })],
    ['RQ0002', /body is an object \(ArrayBuffer\); pass a Buffer/, () => router.decide(GOLD, { body: new ArrayBuffer(1) })],
    ['RQ0002', /body is an object \(Object\)/, () => router.decide(GOLD, { body: { model: 'm' } })],
    ['RQ0002', /contentType is an array/, () => router.decide(GOLD, { body: '', contentType: [] })],
    ['RQ0003', /port must be an integer/, () => router.decide(GOLD, { port: '80' })],
    ['RQ0003', /port must be an integer/, () => router.decide(GOLD, { port: 65_536 })],
    ['RQ0003', /seed must be a bigint/, () => router.decide(GOLD, { seed: -1n })],
    ['RQ0003', /now must be nanoseconds/, () => router.decide(GOLD, { now: NaN })],
    ['RQ0003', /now must be nanoseconds/, () => router.observe({ event: 'endpoint_gone', name: 'a' }, { now: -1 })],
    ['RQ0004', /`modle` is not an option here; choose among model, host, path, method, gateway, clientNamespace, port, pool, objective, prompt, promptTokens, tenant, subset, multimodal, body, contentType, now, seed$/, () => router.decide(GOLD, { modle: 'm' })],
    ['RQ0004', /pass one$/, () => router.decide(GOLD, { gateway: 'a/b', clientNamespace: 'a' })],
    ['RQ0002', /pool is/, () => router.decide(GOLD, { pool: 1 })],
    ['RQ0002', /clientNamespace is/, () => router.decide(GOLD, { clientNamespace: 1 })],
    ['RQ0004', /`seed` is not an option here; choose among model, host, .*, now$/, () => router.route(GOLD, { seed: 1 })],
    ['RQ0004', /`then` is not an option here; choose among now/, () => router.observe({ event: 'endpoint_gone', name: 'a' }, { then: 1 })],
  ])
  assert.ok(router.decide(GOLD).ok)
})

test('events are checked', () => {
  const router = withEndpoints(Router, 1)
  const cycle = {}
  cycle.event = cycle
  refuses(EventError, [
    ['EV0000', /unknown variant `endpoint_bored`/, () => router.observe({ event: 'endpoint_bored' })],
    ['EV0000', /unknown field `adress`/, () => router.observe({ event: 'endpoint_reported', endpoint: { name: 'a', adress: '10.0.0.1' } })],
    ['EV0000', /not an event/, () => router.observe()],
    ['EV0000', /not an event/, () => router.observe('endpoint_gone')],
    ['EV0000', /not an event: .*circular/i, () => router.observe(cycle)],
    ['EV0001', /`nowhere` of endpoint `a` is not an IP address/, () => router.observe({ event: 'endpoint_reported', endpoint: { name: 'a', address: 'nowhere' } })],
    ['EV0002', /needs a name/, () => router.observe({ event: 'endpoint_reported', endpoint: { name: '' } })],
    ['EV0003', /`default\/b` is not known/, () => router.observe({ event: 'request_started', endpoint: 'default/b' })],
  ])
  assert.equal(router.endpoints().length, 1)
})

test('a refused load names every problem, and the old plan stays', () => {
  const router = withEndpoints(Router, 1)
  const broken = { 'a.yaml': pool.replace('kind: InferencePool, name: gpus', 'kind: Gateway, name: gpus'), 'b.yaml': 'a: [' }
  for (const load of [() => new Router(broken), () => router.update(broken)]) {
    assert.throws(load, (error) => {
      assert.ok(error instanceof ManifestError && Object.isFrozen(error.problems))
      assert.deepEqual(error.problems.map(({ file, severity }) => [file, severity]), [['a.yaml', 'error'], ['b.yaml', 'error']])
      assert.equal(error.code, error.problems[0].code)
      assert.equal(error.message, error.problems.join('\n'))
      return true
    })
  }
  assert.throws(() => router.update(pool, { strategy: 'fastest' }), OptionError)
  assert.ok(router.decide(GOLD).ok)
})

test('options that an update leaves out stay', () => {
  const router = new Router(pool, { defaultNamespace: 'ai' })
  router.update(pool)
  assert.deepEqual(router.pools, ['ai/gpus'])
})
