// What the server answers to calls that no page of its own makes, and to questions that are wrong.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { LIMIT } from '../src/serve.mjs'
import { served } from './serving.mjs'

let server
before(async () => (server = await served()))
after(() => server.close())

const REQUEST = { method: 'POST', path: '/', host: '', headers: [], model: '', prompt: '', objective: '' }
const QUESTION = { manifest: '', strategy: 'two_choice', seed: '1', request: REQUEST, endpoints: [], sent: [] }

const post = (body, headers = {}) =>
  fetch(`${server.origin}/api/decide`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })

async function refused(response, status, code) {
  assert.equal(response.status, status)
  const { error } = await response.json()
  assert.equal(error.code, code)
  assert.ok(error.message.length > 10)
}

/** The status and body of a call with headers that fetch would not send. */
function raw(lines) {
  const { port } = new URL(server.origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.end(lines.join('\r\n') + '\r\n\r\n'))
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('close', () => resolve(text)).on('error', reject)
  })
}

test('only a loopback name is answered for', async () => {
  const { host } = new URL(server.origin)
  assert.match(await raw(['GET / HTTP/1.1', `Host: ${host}`, 'Connection: close']), /^HTTP\/1\.1 200/)
  for (const name of ['evil.example', `evil.example:${host.split(':')[1]}`, '127.0.0.1', '127.0.0.1:1']) {
    assert.match(await raw(['GET / HTTP/1.1', `Host: ${name}`, 'Connection: close']), /^HTTP\/1\.1 403[^]*host_not_allowed/, name)
  }
})

test('pages of other origins may not ask', async () => {
  assert.equal((await post(QUESTION, { origin: server.origin })).status, 200)
  for (const origin of ['http://evil.example', 'null', server.origin.replace('http', 'https')]) await refused(await post(QUESTION, { origin }), 403, 'origin_not_allowed')
  await refused(await post(QUESTION, { 'sec-fetch-site': 'cross-site' }), 403, 'origin_not_allowed')
})

test('the page may load nothing from elsewhere and be framed by nobody', async () => {
  const response = await fetch(server.origin)
  const policy = response.headers.get('content-security-policy')
  for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), part)
  assert.doesNotMatch(policy, /unsafe|\*|http/)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.doesNotMatch(await response.text(), /(src|href)="(https?:)?\/\//)
})

test('paths lead to files of the page only', async () => {
  for (const path of ['/server.mjs', '/../server.mjs', '/%2e%2e/server.mjs', '/..%2fserver.mjs', '/nothing', '//', '///main.js']) {
    assert.match(await raw([`GET ${path} HTTP/1.1`, `Host: ${new URL(server.origin).host}`, 'Connection: close']), /^HTTP\/1\.1 404/, path)
  }
  await refused(await fetch(`${server.origin}/main.js`, { method: 'DELETE' }), 405, 'method_not_allowed')
  await refused(await fetch(`${server.origin}/api/decide`), 405, 'method_not_allowed')
})

test('a question that is too large, no JSON or of another shape is refused by its code', async () => {
  await refused(await post('{'), 400, 'not_json')
  await refused(await post('['.repeat(100_000)), 400, 'not_json')
  await refused(await post(QUESTION, { 'content-type': 'text/plain' }), 415, 'not_json')
  await refused(await post({ ...QUESTION, manifest: 'x'.repeat(LIMIT) }), 413, 'too_large')
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) })
  const sent = fetch(`${server.origin}/api/decide`, { method: 'POST', duplex: 'half', headers: { 'content-type': 'application/json' }, body: endless })
  // The answer comes while the body is still being sent, so the caller may see the connection end instead.
  await sent.then((response) => assert.equal(response.status, 413), (error) => assert.ok(error instanceof TypeError))
  for (const wrong of [
    null,
    [],
    {},
    { ...QUESTION, seed: 1 },
    { ...QUESTION, seed: '18446744073709551616' },
    { ...QUESTION, more: 1 },
    { ...QUESTION, endpoints: Array(257).fill({}) },
    { ...QUESTION, endpoints: [{ name: 'a' }] },
    { ...QUESTION, request: { ...REQUEST, headers: [['a']] } },
    { ...QUESTION, request: { ...REQUEST, headers: { a: 'b' } } },
  ]) {
    await refused(await post(wrong), 400, 'wrong_shape')
  }
})

test('whatever stands in a question is answered, not thrown', async () => {
  const endpoint = { name: 'a', declared: false, address: '', labels: [['__proto__', 'x']], ready: true }
  const read = async (parts) => (await (await post({ ...QUESTION, ...parts })).json())
  assert.equal((await read({ manifest: ': [' })).diagnostics[0].severity, 'error')
  assert.equal((await read({ manifest: '&a [*a, *a]' })).outcome?.ok ?? false, false)
  assert.equal((await read({ strategy: 'fastest' })).problems[0].code, 'OP0003')
  assert.equal((await read({ request: { ...REQUEST, headers: [['__proto__', 'x']] } })).outcome.reason, 'no_rule')
  assert.equal((await read({ endpoints: [{ ...endpoint, address: 'x y' }] })).problems[0].at, 'endpoints[0].address')
  assert.equal((await read({ endpoints: [{ ...endpoint, name: '' }] })).problems[0].at, 'endpoints[0].name')
  assert.equal((await read({ endpoints: [endpoint, endpoint] })).problems[0].code, 'name_taken')
})
