'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { setTimeout: pause } = require('node:timers/promises')
const { Worker } = require('node:worker_threads')
const { Decision, Explanation, NoRoute, Router, STRATEGIES, Ticket, render, version } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }

test('a decision tells every field', () => {
  const router = withEndpoints(Router, 1)
  const decision = router.decide(GOLD, { model: 'mistral', seed: 2n ** 64n - 1n })
  assert.ok(decision instanceof Decision && decision.ok)
  const { ok, route, rule, ruleName, matchIndex, backend, pool: from, endpoint, address, model, modelOverride, criticality, seed, stateVersion } = decision
  assert.deepEqual({ ok, route, rule, ruleName, matchIndex, from, endpoint, address }, {
    ok: true, route: 'default/chat', rule: 0, ruleName: 'golden', matchIndex: 0, from: 'default/gpus', endpoint: 'default/vllm-0', address: '10.0.0.1:8000',
  })
  assert.deepEqual([model, modelOverride, criticality, seed, stateVersion], ['mistral', null, null, 2n ** 64n - 1n, 1])
  assert.ok(Object.isFrozen(backend))
  assert.equal(JSON.parse(JSON.stringify(decision)).seed, '18446744073709551615')
  assert.equal(router.decide(GOLD, { seed: 7 }).toJSON().seed, 7)
  assert.throws(() => { decision.route = 'other' }, TypeError)
})

test('a request that goes nowhere is a value', () => {
  const answer = withEndpoints(Router, 1).decide({ 'x-tier': 'tin' })
  assert.ok(answer instanceof NoRoute && !answer.ok)
  assert.deepEqual([answer.status, answer.reason, answer.route, answer.rule], [404, 'no_rule', null, null])
  assert.match(String(answer), /^404 no_rule: no rule matches/)
  const empty = new Router(pool).decide(GOLD)
  assert.deepEqual([empty.status, empty.reason, empty.route, empty.rule], [503, 'pool_empty', 'default/chat', 0])
})

test('headers come in every shape, names without case', () => {
  const router = withEndpoints(Router, 1)
  const shapes = [
    { 'X-TIER': 'gold' }, { 'x-tier': ['gold'] }, Object.assign(Object.create(null), GOLD), new Headers(GOLD), new Map([['X-Tier', 'gold']]),
    [['other', 'x'], ['X-Tier', 'gold']], new URLSearchParams('x-tier=gold'), { 'x-tier': 'gold', 'X-tier': undefined },
  ]
  for (const headers of shapes) assert.ok(router.decide(headers).ok, headers)
  const others = [undefined, null, {}, [], { 'x-tier': [] }, { 'x-tier': undefined }, { 'x-tie\u212A': 'gold' }, Object.create(GOLD)]
  for (const headers of others) assert.ok(!router.decide(headers).ok, headers)
})

test('a repeated header is one value, joined by commas', () => {
  const router = new Router(pool.replace('value: gold', 'value: "a,b,c"'))
  router.observe({ event: 'endpoint_reported', endpoint: { name: 'v', address: '10.0.0.1', labels: { app: 'vllm' } } })
  assert.ok(router.decide({ 'x-tier': ['a', 'b'], 'X-Tier': 'c' }).ok)
  assert.ok(router.decide([['x-tier', 'a'], ['X-TIER', ['b', 'c']]]).ok)
  assert.ok(!router.decide({ 'X-Tier': 'c', 'x-tier': ['a', 'b'] }).ok)
})

test('long values and other scripts cross whole', () => {
  for (const value of ['é', '日本語🚀', 'x'.repeat(59), 'ß'.repeat(61), '🚀'.repeat(70_000), 'y'.repeat(1_000_000)]) {
    const router = new Router(pool.replace('value: gold', `value: ${JSON.stringify(value.slice(0, 1000))}`))
    const reason = router.decide({ 'x-tier': value }).reason
    assert.equal(reason, value.length <= 1000 ? 'pool_empty' : 'no_rule')
  }
})

test('plans with many header names read them all', () => {
  const names = Array.from({ length: 40 }, (_, i) => `x-${'n'.repeat(i % 7)}-${i}`)
  const headers = names.map((name) => `{name: ${name}, value: "v-${name}"}`)
  const rules = headers.map((header) => `{matches: [{headers: [${header}]}]}`)
  const router = new Router(`apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: r}\nspec: {rules: [${rules}]}`)
  assert.equal(router.headerNames.length, 40)
  names.forEach((name, index) => assert.equal(router.decide({ [name.toUpperCase()]: `v-${name}` }).rule, index))
})

test('routers of one seed decide the same, and a decision can be repeated', () => {
  const [a, b] = [withEndpoints(Router, 50), withEndpoints(Router, 50)]
  for (let i = 0; i < 100; i += 1) {
    const decision = a.decide(GOLD)
    assert.deepEqual(decision.toJSON(), b.decide(GOLD).toJSON())
    assert.equal(a.decide(GOLD, { seed: decision.seed }).endpoint, decision.endpoint)
  }
  assert.equal(a.seed, 42n)
  assert.notEqual(new Router(pool).seed, new Router(pool).seed)
})

test('a decision keeps the names of its state', () => {
  const router = withEndpoints(Router, 3, { strategy: 'round_robin' })
  const before = router.decide(GOLD)
  router.observe({ event: 'endpoints_replaced', endpoints: [{ name: 'a', address: '10.9.9.9', labels: { app: 'vllm' } }] })
  router.update(pool.replaceAll('gpus', 'tpus'))
  const after = router.decide(GOLD)
  assert.deepEqual([before.endpoint, before.pool, after.endpoint, after.pool], ['default/vllm-0', 'default/gpus', 'default/a', 'default/tpus'])
  assert.ok(after.stateVersion > before.stateVersion && after.stateVersion === router.stateVersion)
})

test('a ticket counts until it is finished, once', () => {
  const router = withEndpoints(Router, 1)
  const counted = () => router.endpoints()[0].inFlight
  const [one, two] = [router.route(GOLD), router.route(GOLD)]
  assert.ok(one instanceof Ticket && one.ok && one.decision instanceof Decision)
  assert.equal(counted(), 2)
  one.finish()
  one.finish()
  assert.equal(counted(), 1)
  const three = router.route(GOLD)
  one.finish()
  assert.equal(counted(), 2)
  two.finish()
  if (Symbol.dispose === undefined) three.finish()
  else three[Symbol.dispose]()
  assert.equal(counted(), 0)
  assert.ok(!router.route({}).ok)
})

test('a lost ticket is finished when it is collected', { skip: globalThis.gc === undefined && 'needs node --expose-gc' }, async () => {
  const router = withEndpoints(Router, 1)
  ;(() => { for (let i = 0; i < 50; i += 1) router.route(GOLD) })()
  for (let turn = 0; turn < 50 && router.endpoints()[0].inFlight > 0; turn += 1) {
    globalThis.gc()
    await pause(5)
  }
  assert.equal(router.endpoints()[0].inFlight, 0)
})

test('an explanation tells the next decision and changes nothing', () => {
  const router = withEndpoints(Router, 9)
  const why = router.explain(GOLD)
  assert.ok(why instanceof Explanation)
  const decision = router.decide(GOLD)
  assert.equal(why.seed, decision.seed)
  assert.ok(why.outcome.includes(decision.endpoint) && String(why).startsWith(why.outcome))
  assert.equal(why.toJSON().outcome, why.outcome)
})

test('drawn models are those of the decision', () => {
  const router = withEndpoints(Router, 1)
  router.update(`${pool}\n---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceModel
metadata: {name: m}
spec: {modelName: base, criticality: Critical, poolRef: {name: gpus}, targetModels: [{name: left, weight: 1}, {name: right, weight: 1}]}`)
  const drawn = Array.from({ length: 50 }, () => router.decide(GOLD, { model: 'base' }))
  assert.deepEqual([...new Set(drawn.map((decision) => decision.model))].sort(), ['left', 'right'])
  assert.equal(drawn[0].criticality, 'Critical')
  assert.equal(router.decide(GOLD, { model: 'else' }).modelOverride, null)
})

test('tables and words come from the core', () => {
  const router = new Router({ 'gateway.yaml': pool.replace('gpus}]', 'lost}]') })
  assert.deepEqual([router.headerNames, router.pools], [['x-tier'], ['default/gpus']])
  const [warning] = router.warnings
  assert.deepEqual([warning.code, warning.severity, warning.file], ['RT0301', 'warning', 'gateway.yaml'])
  assert.match(String(warning), /^gateway\.yaml:\d+:\d+: warning RT0301: /)
  assert.ok(Object.isFrozen(router.warnings) && Object.isFrozen(warning))
  assert.deepEqual(STRATEGIES, ['random', 'round_robin', 'least_request', 'two_choice', 'predicted_completion'])
  assert.equal(version, require('../package.json').version)
})

test('diagnostics are rendered', () => {
  const text = pool.replace('backendRefs', 'backendRef')
  const { warnings } = new Router({ 'a.yaml': text })
  const printed = render(warnings, { 'a.yaml': text })
  assert.match(printed, /^warning\[RT0105\]: field `backendRef` is passed over\n --> a\.yaml:9:7\n/)
  assert.match(printed, /\^{10}\n.*\n.*did you mean `backendRefs`\?/)
  assert.doesNotMatch(render(warnings), /golden|\^/)
  const [listed] = JSON.parse(render(warnings, undefined, 'json'))
  assert.deepEqual([listed.code, listed.end_column, listed.docs], [warnings[0].code, warnings[0].endColumn, warnings[0].docs])
  assert.equal(JSON.parse(render(warnings, { 'a.yaml': text }, 'sarif')).runs[0].results.length, warnings.length)
  assert.equal(render([]), '')
  assert.throws(() => render(warnings, text, 'xml'), { name: 'OptionError', message: /choose one of text, json, sarif/ })
  assert.throws(() => render(warnings, text, 7), { name: 'OptionError' })
  assert.throws(() => render(null), { name: 'OptionError' })
  assert.throws(() => render([{ code: 'RT9999' }]), { name: 'OptionError' })
})

test('a refusal tells how many problems it leaves out', () => {
  assert.throws(() => new Router('kind: [\n---\n'.repeat(250)), ({ problems, leftOut }) => problems.length === 200 && leftOut === 50)
})

test('models are published for the hosts that serve them', () => {
  const router = new Router(`
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  hostnames: ['*.example.com']
  rules:
    - matches: [{headers: [{name: x-ai-eg-model, value: mistral}]}]
      modelsOwnedBy: us
      modelsCreatedAt: 2025-03-31T08:00:00Z
`)
  assert.deepEqual(router.publishedModels('a.example.com'), [{ id: 'mistral', ownedBy: 'us', created: '2025-03-31T08:00:00Z' }])
  assert.deepEqual([router.publishedModels(), router.publishedModels('example.org')], [[], []])
  assert.throws(() => router.publishedModels(7), { name: 'RequestError' })
})

test('workers load the module side by side', async () => {
  const code = `const { Router } = require(${JSON.stringify(require.resolve('..'))}); new Router(${JSON.stringify(pool)}).decide({}).status === 404 || process.exit(1)`
  const exits = await Promise.all(Array.from({ length: 4 }, () => new Promise((done) => new Worker(code, { eval: true }).on('exit', done))))
  assert.deepEqual(exits, [0, 0, 0, 0])
})
