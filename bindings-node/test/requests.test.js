'use strict'
// What a request says beside its headers, and what a decision says beside its endpoint.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { RequestError, Router } = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const GOLD = { 'x-tier': 'gold' }

const http = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  rules:
    - matches: [{path: {value: /old}, method: POST}]
      filters: [{type: RequestRedirect, requestRedirect: {scheme: https, hostname: new.example, statusCode: 301, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}]
    - matches: [{path: {value: /api}}]
      filters:
        - {type: URLRewrite, urlRewrite: {hostname: inner, path: {type: ReplacePrefixMatch, replacePrefixMatch: /v1}}}
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-a, value: "1"}], remove: [x-b]}}
      backendRefs: [{name: api, port: 80}]
    - matches: [{path: {value: /plain}}]
      backendRefs: [{name: api, port: 80}]
`

const models = `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: models}
spec:
  rules:
    - matches: [{headers: [{name: x-ai-eg-model, value: mistral}]}]
      backendRefs: [{name: one, modelNameOverride: small}, {name: two, priority: 1}]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: one}
spec: {schema: {name: OpenAI}, backendRef: {name: one, port: 443}}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: two}
spec: {schema: {name: OpenAI}, backendRef: {name: two, port: 443}}
`

test('a redirect tells where to', () => {
  const router = new Router(http)
  const answer = router.decide({}, { path: '/old/x?y=1', method: 'POST' })
  assert.deepEqual([answer.ok, answer.status, answer.reason, answer.rule], [false, 301, 'redirect', 0])
  const location = { scheme: 'https', hostname: 'new.example', port: null, path: '/new/x?y=1' }
  assert.deepEqual(answer.location, location)
  assert.deepEqual(JSON.parse(JSON.stringify(answer)).location, location)
  assert.ok(Object.isFrozen(answer.location))
  const other = router.route({}, { path: '/old/x' })
  assert.deepEqual([other.status, other.reason, other.location, other.toJSON().location], [404, 'no_rule', null, null])
})

test('a rule may answer by itself, within a mesh too', () => {
  const objects = [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'echo', namespace: 'shop' }, spec: { ports: [{ port: 80 }, { port: 8080 }] } },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'r', namespace: 'shop' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'echo', port: 80 }],
        rules: [{ filters: [{ type: 'ExtensionRef', extensionRef: { group: 'gateway.envoyproxy.io', kind: 'HTTPRouteFilter', name: 'closed' } }] }],
      },
    },
    {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'HTTPRouteFilter',
      metadata: { name: 'closed', namespace: 'shop' },
      spec: { directResponse: { statusCode: 503, body: { type: 'Inline', inline: 'Closed' } } },
    },
  ]
  const router = new Router(objects.map((object) => JSON.stringify(object)).join('\n---\n'), { mesh: true })
  const answer = router.decide({}, { host: 'echo', clientNamespace: 'shop' })
  const directResponse = { status: 503, content_type: null, headers: [], body: 'Closed' }
  assert.deepEqual([answer.ok, answer.status, answer.reason, answer.route], [false, 503, 'direct_response', 'shop/r'])
  assert.deepEqual(answer.directResponse, directResponse)
  assert.deepEqual(JSON.parse(JSON.stringify(answer)).directResponse, directResponse)
  assert.ok(Object.isFrozen(answer.directResponse.headers))
  const straight = router.route(null, { host: 'echo.shop', clientNamespace: 'other', port: 8080 })
  assert.deepEqual([straight.decision.route, straight.decision.address], ['shop/echo', 'echo.shop.svc.cluster.local:8080'])
  // Nothing of a request stays for the next one.
  assert.equal(router.decide({}, { host: 'echo' }).reason, 'no_rule')
  assert.equal(router.decide({}, { host: 'echo' }).directResponse, null)
})

test('a pool that the gateway chose is decided in without a route', () => {
  const router = withEndpoints(Router, 2)
  const ask = { pool: 'default/gpus' }
  for (const answer of [router.decide(null, ask), router.route({}, ask).decision, router.decideMany([{ headers: {}, ...ask }])[0]]) {
    assert.deepEqual([answer.ok, answer.route, answer.rule, answer.pool], [true, 'default/gpus', 0, 'default/gpus'])
  }
  assert.match(String(router.explain({}, ask)), /^default\/gpus rule 0 -> InferencePool default\/gpus/)
  const missing = router.decide({}, { pool: 'default/cpus' })
  assert.deepEqual([missing.status, missing.reason, missing.route], [500, 'backend_not_found', null])
  // Nothing of a request stays for the next one.
  assert.equal(router.decide({}).reason, 'no_rule')
  assert.equal(router.decide({}, { pool: null }).reason, 'no_rule')
})

test('mutations and the rewritten path are those of the decision, whatever the plan is later', () => {
  const router = new Router(http)
  const rewritten = router.decide({}, { path: '/api/chat?a=1' })
  const plain = router.route({}, { path: '/plain' })
  assert.equal(plain.decision.rewrittenPath, '/plain')
  assert.deepEqual([plain.decision.mutations, plain.decision.toJSON().mutations], [{}, {}])
  assert.equal(router.decide({}, { path: '/api/other' }).mutations, rewritten.mutations)
  router.update(pool)
  assert.equal(rewritten.rewrittenPath, '/v1/chat?a=1')
  const mutations = { request_headers: [{ set: ['x-a', '1'] }, { remove: 'x-b' }], hostname: 'inner', path: { prefix: '/v1' } }
  assert.deepEqual(structuredClone(rewritten.mutations), mutations)
  assert.deepEqual(rewritten.toJSON().mutations, mutations)
  assert.throws(() => { rewritten.mutations.request_headers[0].set[1] = 'no' }, TypeError)
  assert.equal(withEndpoints(Router, 1).decide(GOLD).rewrittenPath, '/')
})

test('fallbacks are those of the decision, whatever the state is later', () => {
  const router = withEndpoints(Router, 9, { fallbackEndpoints: 3 })
  const [decision, count] = [router.decide(GOLD, { model: 'm' }), (options) => withEndpoints(Router, 9, options).decide(GOLD).fallbacks.length]
  const twin = withEndpoints(Router, 9, { fallbackEndpoints: 3 }).decide(GOLD, { model: 'm' }).toJSON()
  router.observe({ event: 'endpoints_replaced', endpoints: [] })
  router.update(models)
  const { fallbacks } = decision
  assert.deepEqual(decision.toJSON().fallbacks, twin.fallbacks)
  assert.equal(new Set([decision, ...fallbacks].map(({ endpoint }) => endpoint)).size, 4)
  assert.equal(fallbacks, decision.fallbacks)
  assert.deepEqual(Object.keys(fallbacks[0]), ['backend', 'pool', 'endpoint', 'address', 'model', 'modelOverride', 'mutations'])
  assert.ok(Object.isFrozen(fallbacks) && fallbacks.every(Object.isFrozen))
  assert.deepEqual([fallbacks[0].model, fallbacks[0].modelOverride, fallbacks[0].pool], ['m', null, 'default/gpus'])
  assert.deepEqual([count(), count({ fallbackEndpoints: 0 }), count({ fallbackEndpoints: 100 })], [2, 0, 7])
})

test('fallbacks have models of their own', () => {
  const decision = new Router(models).decide(undefined, { model: 'mistral' })
  const [other, ...rest] = decision.fallbacks
  assert.deepEqual([decision.model, decision.modelOverride, other.endpoint, other.model, other.modelOverride], ['small', 'small', 'default/two', 'mistral', null])
  assert.deepEqual(rest, [])
})

test('drawn models of fallbacks keep their names', () => {
  const target = (name, models) => `---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceModel
metadata: {name: ${name}}
spec: {modelName: ${name}, poolRef: {name: gpus}, targetModels: [${models.map((model) => `{name: ${model}, weight: 1}`)}]}\n`
  const router = withEndpoints(Router, 2)
  router.update(pool + target('a', ['a1', 'a2']) + target('b', ['b1']))
  const decided = ['b', 'a', 'a', 'a', 'a', 'a', 'a', 'b'].map((model) => [model, router.decide(GOLD, { model })])
  router.update(pool + target('a', ['c1']))
  assert.equal(router.decide(GOLD, { model: 'a' }).fallbacks[0].model, 'c1')
  for (const [model, decision] of decided) {
    assert.ok(decision.model.startsWith(model) && decision.fallbacks.length === 1)
    assert.deepEqual([decision.fallbacks[0].model, decision.fallbacks[0].modelOverride], [decision.model, decision.model])
  }
  assert.equal(new Set(decided.map(([, decision]) => decision.model)).size, 3)
})

test('the model is read from the body where none is given', () => {
  const router = new Router(models)
  const text = '{"model": "mistral", "messages": []}'
  const chat = { path: '/v1/chat/completions' }
  const shared = new Uint8Array(new SharedArrayBuffer(text.length))
  shared.set(Buffer.from(text))
  const form = '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nmistral\r\n--b--\r\n'
  const found = [
    { ...chat, body: text }, { ...chat, body: Buffer.from(text) }, { ...chat, body: shared }, { ...chat, body: Buffer.from(`12${text}`).subarray(2) },
    { ...chat, body: new Uint8Array(Buffer.from(text)), model: null }, { ...chat, body: `${text}${' '.repeat(200_000)}` },
    { body: text, contentType: 'application/json; charset=utf-8' }, { body: Buffer.from(form), contentType: 'multipart/form-data; boundary=b' },
    { ...chat, body: '{broken', model: 'mistral' },
  ]
  for (const asked of found) {
    assert.equal(router.decide({}, asked).modelOverride, 'small', JSON.stringify(asked))
    assert.match(router.explain({}, asked).outcome, /default\/one/)
    const ticket = router.route({}, asked)
    assert.equal(ticket.decision.fallbacks[0].model, 'mistral')
    ticket.finish()
  }
  const none = [{ body: text }, { ...chat, body: '' }, { ...chat, body: new Uint8Array() }, { ...chat, body: '{}' }, { ...chat, body: text, model: 'else' }, { ...chat, body: null }]
  for (const asked of none) assert.equal(router.decide({}, asked).status, 404, JSON.stringify(asked))
})

test('a body that cannot be read is an error with its code and without its content', () => {
  const router = new Router(models)
  const bodies = [['BD0005', '{"model": "secret'], ['BD0012', '["secret"]'], ['BD0101', '{"model": 7}'], ['BD0007', Buffer.from([0x7b, 0xff])], ['BD0201', Buffer.alloc((10 << 20) + 1)]]
  for (const [code, body] of bodies) {
    for (const call of ['decide', 'route', 'explain']) {
      assert.throws(() => router[call]({}, { path: '/v1/chat/completions', body }), (error) => {
        assert.ok(error instanceof RequestError, String(error))
        assert.equal(error.code, code)
        assert.ok(error.message.startsWith(`${code} in the body at line 1`) && !error.message.includes('secret'), error.message)
        return true
      })
    }
  }
})

test('a gateway and a port choose among listeners', () => {
  const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front}
spec: {listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 8080, protocol: HTTP}]}
---${http.replace('spec:', 'spec:\n  parentRefs: [{name: front, sectionName: b}]')}`
  const router = new Router(gateway)
  const status = (options) => router.decide({}, { path: '/plain', ...options }).status ?? 200
  assert.equal(status(), 200)
  assert.equal(status({ gateway: 'default/front', port: 8080 }), 200)
  assert.equal(status({ gateway: 'default/front', port: 80 }), 404)
  assert.equal(status({ gateway: 'default/other' }), 404)
})

test('an objective gives the priority', () => {
  const objective = (name, priority) => `---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceObjective
metadata: {name: ${name}}
spec: {priority: ${priority}, poolRef: {name: gpus}}\n`
  const router = withEndpoints(Router, 1)
  router.update(pool + objective('urgent', 5) + objective('batch', -3))
  const priority = (objective) => router.decide(GOLD, { objective }).priority
  assert.deepEqual([priority('default/urgent'), priority('default/batch'), priority('default/none'), priority()], [5, -3, 0, 0])
})
