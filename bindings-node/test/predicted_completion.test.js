'use strict'
// What a host tells of its requests makes the strategy predicted_completion learn how quick endpoints are.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { LoadReport, ManifestError, Profile, Router } = require('..')
const { withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }
const MILLISECOND = 1_000_000
const [QUICK, SLOW] = ['default/vllm-0', 'default/vllm-1']
const TAKES = { [QUICK]: 200 * MILLISECOND, [SLOW]: 600 * MILLISECOND }

const page = (running, waiting = 0) => `vllm:num_requests_running ${running}\nvllm:num_requests_waiting ${waiting}\nvllm:kv_cache_usage_perc 0.1\n`
const poll = (router, endpoint, text, now) => router.observe({ event: 'load_polled', endpoint, load: LoadReport.fromPrometheus(text).report }, { now })
const pace = (router) => Object.fromEntries(router.endpoints().map((endpoint) => [endpoint.id, endpoint.pace]))

/** Sends prompts of some 8,000 tokens one after the other, none like another, with metrics read before and meanwhile. Gives who got how many. */
function ask(router, requests) {
  const sent = { [QUICK]: 0, [SLOW]: 0 }
  let now = 0
  for (let number = 0; number < requests; number += 1) {
    for (const endpoint of Object.keys(TAKES)) poll(router, endpoint, page(0), now)
    const ticket = router.route(GOLD, { prompt: `${number} and more `.repeat(2200), now })
    const { endpoint } = ticket.decision
    sent[endpoint] += 1
    poll(router, endpoint, page(1), now + 50 * MILLISECOND)
    now += TAKES[endpoint]
    ticket.firstToken(now)
    now += 10 * MILLISECOND
    ticket.finish()
  }
  return sent
}

test('the quicker of two endpoints gets more', () => {
  const router = withEndpoints(Router, 2, { strategy: 'predicted_completion' })
  assert.deepEqual(pace(router), { [QUICK]: null, [SLOW]: null })
  const sent = ask(router, 40)
  assert.ok(sent[SLOW] >= 1 && sent[QUICK] >= 30, JSON.stringify(sent))
  const { [QUICK]: quick, [SLOW]: slow } = pace(router)
  assert.ok(Math.abs(slow / quick - 3) < 0.3, `${quick} and ${slow}`)
})

test('without learning they would share', () => {
  const profile = new Profile('default').scorer('predicted-completion-scorer', 1, { pacePrior: 1e30, answerSteps: 12, step: { token: 22.5e-6, kvTokens: 400_000 } })
  const sent = ask(withEndpoints(Router, 2, { endpointPickerConfig: profile }), 40)
  assert.ok(Math.min(...Object.values(sent)) > 8, JSON.stringify(sent))
})

test('prompts that wait at an endpoint send requests elsewhere', () => {
  const router = withEndpoints(Router, 2, { strategy: 'predicted_completion' })
  poll(router, QUICK, page(8, 5), 0)
  poll(router, SLOW, page(8), 0)
  const request = { prompt: 'a prompt '.repeat(500), now: 0 }
  assert.equal(router.decide(GOLD, request).endpoint, SLOW)
  const [quick, slow] = router.explain(GOLD, request).endpoints
  assert.deepEqual([slow.scores[0].scorer, slow.scores[0].rating], ['predicted-completion-scorer', 1])
  assert.ok(quick.scores[0].rating > 0 && quick.scores[0].rating < 1, `${quick.scores[0].rating}`)
})

test('parameters that cannot be are named', () => {
  const wrong = [
    [{ crowding: -1 }, 'RT0103', 'crowding'],
    [{ pace_prior: 4 }, 'RT0509', 'pace_prior'],
    [{ step: { chunk: 0 } }, 'RT0103', 'step.chunk'],
    [{ step: { kv_tokens: 1 } }, 'RT0509', 'step.kv_tokens'],
  ]
  for (const [parameters, code, field] of wrong) {
    const endpointPickerConfig = new Profile('default').scorer('predicted-completion-scorer', 1, parameters)
    const named = (error) => error instanceof ManifestError && error.problems.length === 1 && error.problems[0].code === code && error.problems[0].field.endsWith(`parameters.${field}`)
    assert.throws(() => withEndpoints(Router, 2, { endpointPickerConfig }), named, JSON.stringify(parameters))
  }
})
