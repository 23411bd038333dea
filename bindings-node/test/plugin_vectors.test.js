'use strict'
// The cases of core/tests/vectors/scheduling that a configuration can say; Rust and Python run the same. Their README is the rule.

const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { EventError, LoadReport, Router } = require('..')

const ROOT = join(__dirname, '../../core/tests/vectors/scheduling')
const lines = (name) => readFileSync(join(ROOT, name), 'utf8').trimEnd().split('\n')
const cases = readdirSync(ROOT).filter((name) => name.endsWith('.jsonl')).sort().flatMap(lines).map((line) => JSON.parse(line))
const FIELDS = ['id', 'scorer', 'filter', 'case', 'parameters', 'code', 'beside', 'peer', 'endpoints', 'told', 'request', 'now', 'seed', 'ratings', 'kept']
const MILLISECOND = 1_000_000
const POOL = [
  {
    apiVersion: 'aigateway.envoyproxy.io/v1beta1',
    kind: 'AIGatewayRoute',
    metadata: { name: 'r' },
    spec: { rules: [{ backendRefs: [{ kind: 'InferencePool', name: 'p' }] }] },
  },
  {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    metadata: { name: 'p' },
    spec: { selector: { matchLabels: { app: 'x' } }, targetPorts: [{ number: 8000 }] },
  },
].map((item) => JSON.stringify(item)).join('\n---\n')

/** The EndpointPickerConfig of a profile with the case's plugin. With a peer, another profile has settled on that one before. */
function config({ scorer, filter, parameters, beside = [], peer }) {
  const plugins = [...beside, { type: scorer ?? filter, name: 'tested', parameters }]
  const profiles = [{ name: 'tested', plugins: [{ pluginRef: 'tested' }] }]
  if (peer !== undefined) {
    const parts = { profiles: { decode: 'peer', prefill: 'tested' }, deciders: { prefill: 'always-disagg-pd-decider' } }
    plugins.push(
      { type: 'label-selector-filter', name: 'peer', parameters: { matchLabels: { name: peer } } },
      { type: 'max-score-picker', parameters: { maxNumOfEndpoints: 1 } },
      { type: 'always-disagg-pd-decider' },
      { type: 'disagg-profile-handler', parameters: parts },
    )
    profiles.unshift({ name: 'peer', plugins: [{ pluginRef: 'peer' }, { pluginRef: 'max-score-picker' }] })
  }
  return JSON.stringify({ apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig', plugins, schedulingProfiles: profiles })
}

function asked({ headers = [], model, prompt_tokens: promptTokens, blocks }) {
  const prompt = blocks === undefined ? undefined : BigUint64Array.from(blocks, BigInt)
  return [headers, { model, promptTokens, prompt }]
}

function tell(router, tickets, now, step) {
  if (step.page !== undefined) {
    router.observe({ event: 'load_polled', endpoint: step.endpoint, load: LoadReport.fromPrometheus(step.page).report }, { now })
  } else if (step.route !== undefined) {
    const [headers, options] = asked(step.route)
    const to = router.endpoints().find(({ id }) => id === `default/${step.to}`)
    const ticket = router.route(headers, { ...options, subset: to?.address, now })
    if (step.as === undefined) ticket.finish()
    else tickets.set(step.as, ticket)
  } else if (step.first_token !== undefined) {
    tickets.get(step.first_token).firstToken(now)
  } else if (step.renew !== undefined) {
    tickets.get(step.renew).renew(now)
  } else if (step.finish !== undefined) {
    tickets.get(step.finish).finish()
  } else if (step.drop !== undefined) {
    tickets.get(step.drop).cancel()
  } else if (step.refused !== undefined) {
    assert.equal(step.refused.value, 'NaN')
    assert.throws(() => router.observe({ ...step.refused, value: NaN }, { now }), (error) => error instanceof EventError && error.code === 'EV0000')
  } else {
    router.observe(step, { now })
  }
}

for (const entry of cases.filter(({ code }) => code === undefined)) {
  test(`scheduling ${entry.id}`, () => {
    for (const name of Object.keys(entry)) assert.ok(FIELDS.includes(name), `unknown field \`${name}\``)
    const router = new Router(POOL, { endpointPickerConfig: config(entry) })
    Object.keys(entry.endpoints).sort().forEach((name, number) => {
      const endpoint = { name, address: `10.0.0.${number}`, labels: { app: 'x', ...entry.endpoints[name] } }
      router.observe({ event: 'endpoint_reported', endpoint })
    })
    const tickets = new Map()
    for (const [at, step] of entry.told ?? []) tell(router, tickets, at * MILLISECOND, step)
    const [headers, options] = asked(entry.request ?? {})
    const { endpoints } = router.explain(headers, { ...options, now: (entry.now ?? 0) * MILLISECOND, seed: entry.seed ?? 0 })
    // The profile that runs last has a row for each endpoint, behind those of a profile before it.
    const rows = endpoints.slice(-router.endpoints().length)
    const named = ({ id }) => id.replace('default/', '')
    if (entry.filter !== undefined) {
      assert.deepEqual(rows.filter(({ removedBy }) => removedBy === null).map(named).sort(), entry.kept)
      return
    }
    assert.deepEqual(rows.map(named).sort(), Object.keys(entry.ratings).sort())
    for (const row of rows) {
      const [expected, { rating }] = [entry.ratings[named(row)], row.scores[0]]
      if (expected === null || rating === null) assert.equal(rating, expected, row.id)
      else assert.ok(Math.abs(Math.min(Math.max(rating, 0), 1) - expected) < 1e-6, `${row.id}: ${rating} instead of ${expected}`)
    }
  })
}

test('most of them can be said by a configuration', () => {
  assert.ok(cases.length > 300)
  const said = cases.filter(({ code }) => code === undefined).length
  assert.ok(said > 200, `${said} of ${cases.length}`)
})
