'use strict'
// Bodies as endpoints get them.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { RequestError, Router, rewriteBody } = require('..')

const asked = (modelOverride, body) => ({ modelOverride, mutations: body === undefined ? {} : { body } })

test('what changes nothing is the body itself', () => {
  const body = Buffer.from('not JSON')
  assert.equal(rewriteBody(body, asked(null)), body)
})

test('a model is set in place, and other values stay as they are written', () => {
  const body = '{ "seed":12345678901234567890, "model" : "fast","temperature":1.0, "a":{"model": "x"},"model":"again" }'
  const expected = '{"seed":12345678901234567890, "model" : "llama", "temperature":1.0, "a":{"model": "x"}}'
  for (const given of [body, Buffer.from(body)]) assert.equal(rewriteBody(given, asked('llama')), expected)
})

test('a body that names no model gets one', () => {
  assert.equal(rewriteBody('{"n":1}', asked('a "b"')), '{"n":1, "model": "a \\"b\\""}')
})

test('fields are set and removed as the manifest says', () => {
  const manifests = `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - backendRefs:
        - name: one
          bodyMutation: {set: [{path: service_tier, value: '"scale"'}, {path: n, value: '[1]'}], remove: [user]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: one}
spec: {schema: {name: OpenAI}, backendRef: {name: one, kind: Backend, group: gateway.envoyproxy.io}}
`
  const decision = new Router(manifests).decide({}, { model: 'm' })
  assert.equal(decision.ok, true, String(decision))
  assert.equal(rewriteBody('{"user":"u","n":2,"model":"m"}', decision), '{"n":[1], "model":"m", "service_tier": "scale"}')
})

test('a form is changed field by field, and its files stay', () => {
  const file = Buffer.from([0xff, 0x00, 0x0d, 0x0a])
  const form = (model) => Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
    file,
    Buffer.from(`\r\n--b\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n--b--\r\n`),
  ])
  const type = 'multipart/form-data; boundary=b'
  const made = rewriteBody(form('fast'), asked('whisper "3"'), type)
  assert.ok(made instanceof Uint8Array)
  assert.deepEqual(Buffer.from(made), form('whisper "3"'))
  const given = form('fast')
  assert.equal(rewriteBody(given, asked(null), type), given, 'nothing changes')
  assert.throws(() => rewriteBody(given, asked('m')), { code: 'RQ0006' })
  assert.throws(() => rewriteBody(given, asked('m'), 'multipart/form-data'), { code: 'RQ0006', message: /needs a boundary/ })
  assert.throws(() => rewriteBody(given, asked('--b'), type), { code: 'RQ0006', message: /holds the form's boundary/ })
  assert.throws(() => rewriteBody(given, asked('m'), 7), { code: 'RQ0002' })
})

test('what is no JSON object is refused when something changes', () => {
  assert.equal(rewriteBody('', asked('m')), '', 'a request without a body stays one')
  for (const body of ['[]', '{"a":1', '"text"', Buffer.from([0xff])]) {
    assert.throws(() => rewriteBody(body, asked('m')), (error) => error instanceof RequestError && error.code === 'RQ0006')
  }
  for (const [body, attempt] of [[null, asked('m')], [7, asked('m')], ['{}', undefined], ['{}', {}]]) {
    assert.throws(() => rewriteBody(body, attempt), (error) => error instanceof RequestError && error.code === 'RQ0002')
  }
})
