'use strict'
// Requests that come at once cross the border together, and are answered as one by one.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Router } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }

const web = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  rules:
    - matches: [{path: {value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}]
    - matches: [{path: {value: /api}}]
      filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /v1}}}]
      backendRefs: [{name: api, port: 80}]
    - matches: [${Array.from({ length: 12 }, (_, n) => `{headers: [{name: x-${n}, value: wanted}]}`)}]
      backendRefs: [{name: api, port: 80}]
`

/** What a router writes down of its requests, and what it answers. */
function watched(text, ask) {
  const entries = []
  const router = new Router(text, { seed: 7, journal: (entry) => entries.push(entry) })
  router.observe({ event: 'endpoints_replaced', endpoints: [{ name: 'a', address: '10.0.0.1', labels: { app: 'vllm' } }, { name: 'b', address: '10.0.0.2', labels: { app: 'vllm' } }] })
  const answers = ask(router).map((answer) => (answer.ok ? answer.decision : answer).toJSON())
  return { entries: entries.map((entry) => JSON.stringify(entry)), answers }
}

/** Both ways of asking for the same. */
function compared(text, requests) {
  const one = watched(text, (router) => requests.map(({ headers, ...parts }) => router.route(headers, parts)))
  const many = watched(text, (router) => router.routeMany(requests))
  assert.deepEqual(many, one)
  return many.answers
}

test('every part of every request arrives, in any script', () => {
  const texts = ['gold', '', 'größe', '日本語', '🐈 cats', 'a\nb', '\ud800', '\udc00', 'gold', '\ud83d', '\udc08']
  const requests = texts.flatMap((text) => [
    { headers: { 'x-tier': text } },
    { headers: { 'X-Tier': [text, 'gold'] }, model: text, host: text, path: `/${text}`, method: text, objective: 'ns/name', gateway: 'ns/edge', port: 443 },
    { headers: [['x-tier', 'gold'], ['x-tier', text]], tenant: text, promptTokens: 12, multimodal: true },
    { headers: new Map([['x-tier', text]]), subset: `10.0.0.2,${text}`, clientNamespace: text, pool: null },
    { headers: undefined, tenant: 'acme', subset: text },
  ])
  // Tenants and subsets send a batch another way.
  const plain = requests.filter(({ tenant, subset }) => tenant === undefined && subset === undefined)
  assert.ok(compared(pool, plain)[0].endpoint)
  assert.ok(compared(pool, requests).some(({ endpoint }) => endpoint === 'default/b'))
})

test('redirects and changed paths are those of their requests', () => {
  const paths = ['/api/a', '/old/b', '/none', '/api/c?d=1', '/old/e', '/']
  const answers = compared(web, paths.map((path) => ({ path })))
  assert.deepEqual(answers.map(({ location }) => location?.path), [undefined, '/new/b', undefined, undefined, '/new/e', undefined])
  const decided = new Router(web).decideMany(paths.map((path) => ({ path })))
  assert.deepEqual(decided.map(({ rewrittenPath }) => rewrittenPath), ['/v1/a', undefined, undefined, '/v1/c?d=1', undefined, undefined])
})

test('plans that read many headers, and large batches', () => {
  const requests = Array.from({ length: 700 }, (_, n) => ({ headers: { [`x-${n % 14}`]: n % 3 === 0 ? 'wanted' : 'é', 'x-3': 'no' } }))
  assert.equal(compared(web, requests).filter(({ endpoint }) => endpoint !== undefined).length, 183)
  assert.equal(compared(web, requests.slice(0, 3)).length, 3)
})

test('prompts in a batch are read as elsewhere', () => {
  const prompt = Uint32Array.from({ length: 64 }, (_, n) => n)
  const requests = [{ headers: GOLD }, { headers: GOLD, prompt }, { headers: GOLD, prompt: 'hello', tenant: 'acme' }]
  assert.deepEqual(withEndpoints(Router, 2).decideMany(requests).map(({ promptTokens }) => promptTokens), [0, 64, 2])
  compared(pool, requests)
})

test('who reads a request may ask the router meanwhile', () => {
  const router = withEndpoints(Router, 4, { strategy: 'round_robin' })
  const inner = []
  const request = { get headers() { inner.push(...router.decideMany([{ headers: GOLD }, { headers: {} }])); return GOLD } }
  const answers = router.decideMany([request, request, { headers: { 'x-tier': 'tin' } }])
  assert.deepEqual(answers.map(({ ok }) => ok), [true, true, false])
  assert.deepEqual(inner.map(({ ok }) => ok), Array.from({ length: inner.length / 2 }, () => [true, false]).flat())
})
