// What every gateway has to show, whatever it runs on.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { Servers, echo, vectors, withoutBody } from './servers.mjs'

const FIRST_BYTE_MS = 700
const cases = JSON.parse(vectors('decisions.json'))
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time))

/** Waits until something holds. */
export async function until(what, holds, patience = 5000) {
  const end = Date.now() + patience
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what} within ${patience} ms`)
    await sleep(20)
  }
}

/**
 * Runs the tests on a gateway. `open({manifest, endpoints, firstByte})` starts it and answers with `{url, admin, configure(manifest, endpoints), close()}`;
 * `admin(path)` gives the text of a page that clients do not see.
 */
export function suite(name, open) {
  const servers = new Servers()
  let gateway

  before(async () => {
    await servers.start()
    gateway = await open({ manifest: servers.manifest, endpoints: JSON.stringify(servers.endpoints), firstByte: FIRST_BYTE_MS })
  })
  after(async () => {
    await gateway?.close()
    await servers.stop()
  })
  afterEach(() => servers.heal())

  const inFlight = async () => Number(await gateway.admin('/debug/in-flight'))
  const idle = () => until('nothing is in flight', async () => (await inFlight()) === 0)
  const counted = async (start) => {
    const lines = (await gateway.admin('/metrics')).split('\n').filter((line) => line.startsWith(start))
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }
  const ask = (model, { headers, ...fields } = {}, options = {}) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Where do I go?' }], max_tokens: 8, ...fields }),
      ...options,
    })
  const gold = { headers: { 'x-tier': 'gold' } }

  for (const { name: title, model, headers, expect } of cases) {
    test(`${name}: ${title}`, async () => {
      const routed = `gateway_routed_total{route="${expect.route}",rule="${expect.rule}"}`
      const before = await counted(routed)
      const answer = await ask(model, { headers })
      const body = await answer.json()
      assert.equal(answer.status, expect.status, JSON.stringify(body))
      if (expect.reason !== undefined) {
        assert.deepEqual(Object.keys(body), ['error'])
        assert.deepEqual(Object.keys(body.error).sort(), ['code', 'message', 'param', 'type'])
        assert.equal(body.error.code, expect.reason)
        return
      }
      assert.ok(expect.endpoints.includes(answer.headers.get('x-served-by')), answer.headers.get('x-served-by'))
      assert.equal(body.model, expect.model)
      assert.equal(await counted(routed), before + 1)
      await idle()
    })
  }

  test(`${name}: a stream arrives as it is made`, async () => {
    await servers.fault('gold-0', { kind: 'slow', factor: 20 })
    const answer = await ask('llama', { ...gold, stream: true, max_tokens: 16, stream_options: { include_usage: true } })
    assert.match(answer.headers.get('content-type'), /^text\/event-stream/)
    const times = []
    let text = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      times.push(Date.now())
      text += chunk
      if (times.length === 2) assert.equal(await inFlight(), 1)
    }
    assert.ok(text.endsWith('data: [DONE]\n\n'), text.slice(-60))
    assert.ok(times.length > 8 && times.at(-1) - times[0] > 200, `${times.length} chunks in ${times.at(-1) - times[0]} ms`)
    await idle()
  })

  /** Puts a server that sends headers and no body in the place of an endpoint. */
  const headersOnly = async (how) => {
    await servers.kill('silver-1')
    return withoutBody('127.0.0.4', servers.port, how)
  }
  for (const [title, failure, breakIt] of [
    ['that is gone', 'refused', () => servers.kill('silver-1')],
    ['that fails', 'status', () => servers.fault('silver-1', { kind: 'error' })],
    ['that says nothing', 'timeout', () => servers.fault('silver-1', { kind: 'hang' })],
    ['that breaks off after its headers', 'refused', () => headersOnly({ breaksOff: true })],
    ['that says nothing after its headers', 'timeout', () => headersOnly({ breaksOff: false })],
  ]) {
    test(`${name}: a fallback answers for an endpoint ${title}`, async () => {
      const failed = `gateway_failed_attempts_total{endpoint="default/silver-1",failure="${failure}"}`
      const before = await counted(failed)
      const standIn = await breakIt()
      try {
        for (let burst = 0; burst < 5; burst += 1) {
          const answers = await Promise.all(Array.from({ length: 9 }, (_, number) => ask('llama', { stream: number % 2 === 0 })))
          for (const answer of answers) {
            assert.equal(answer.status, 200)
            assert.match(answer.headers.get('x-served-by'), /^silver-[02]$/)
            await answer.text()
          }
        }
        assert.ok((await counted(failed)) > before, 'the endpoint was tried')
        await idle()
      } finally {
        await standIn?.close()
      }
    })
  }

  test(`${name}: where no endpoint answers, the client is told so`, async () => {
    await servers.fault('gold-0', { kind: 'error' })
    const failed = await ask('llama', gold)
    assert.equal(failed.status, 500)
    assert.equal(failed.headers.get('x-served-by'), 'gold-0')
    await failed.text()
    await servers.fault('gold-0', { kind: 'hang' })
    const silent = await ask('llama', gold)
    assert.equal(silent.status, 504)
    assert.equal((await silent.json()).error.code, 'endpoint_timeout')
    await servers.kill('gold-0')
    const refused = await ask('llama', gold)
    assert.equal(refused.status, 502)
    assert.equal((await refused.json()).error.code, 'endpoint_refused')
    await idle()
  })

  test(`${name}: a client that goes away is no longer counted, and is no fault of the endpoint`, async () => {
    await servers.fault('gold-0', { kind: 'slow', factor: 50 })
    const leaving = new AbortController()
    const answer = await ask('llama', { ...gold, stream: true, max_tokens: 200 }, { signal: leaving.signal })
    const reader = answer.body.getReader()
    await reader.read()
    assert.equal(await inFlight(), 1)
    leaving.abort()
    await assert.rejects(reader.read())
    await idle()
    await until('the endpoint is told', async () => (await (await fetch(servers.url('gold-0', '/served'))).json()).running === 0)
  })

  test(`${name}: a client that goes away before the first byte is no longer counted`, async () => {
    await servers.fault('gold-0', { kind: 'hang' })
    const leaving = new AbortController()
    const asked = assert.rejects(ask('llama', gold, { signal: leaving.signal }))
    await until('it is counted', async () => (await inFlight()) === 1)
    leaving.abort()
    await asked
    await idle()
  })

  test(`${name}: control headers and those of the connection stay with the gateway, and digits of the body stay`, async () => {
    await servers.kill('gold-0')
    const server = await echo('127.0.0.2', servers.port)
    try {
      const headers = {
        'content-type': 'application/json',
        'x-gateway-destination-endpoint': '127.0.0.9:1',
        'x-ai-eg-model': 'llama',
        'x-prefiller-host-port': '127.0.0.9:2',
        'proxy-authorization': 'Basic secret',
        authorization: 'Bearer key',
        'x-own': 'kept',
      }
      const body = '{"seed":12345678901234567890,"model":"fast","messages":[]}'
      const answer = await fetch(`${gateway.url}/v1/chat/completions?beta=1`, { method: 'POST', headers, body })
      assert.equal(answer.status, 200)
      const got = await answer.json()
      assert.equal(got.url, '/v1/chat/completions?beta=1')
      assert.equal(got.body, '{"seed":12345678901234567890, "model":"llama", "messages":[]}')
      assert.equal(got.headers.authorization, 'Bearer key')
      assert.equal(got.headers['x-own'], 'kept')
      assert.equal(got.headers.host, `127.0.0.2:${servers.port}`)
      for (const name of ['x-ai-eg-model', 'x-prefiller-host-port', 'proxy-authorization']) assert.equal(got.headers[name], undefined, name)
      assert.notEqual(got.headers['x-gateway-destination-endpoint'], '127.0.0.9:1')
      assert.notEqual(answer.headers.get('keep-alive'), 'timeout=7')
    } finally {
      server.close()
    }
  })

  test(`${name}: what cannot be read is answered in OpenAI's shape`, async () => {
    const broken = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model": ' })
    assert.equal(broken.status, 400)
    assert.equal((await broken.json()).error.type, 'invalid_request_error')
    const elsewhere = await fetch(`${gateway.url}/elsewhere`)
    assert.equal(elsewhere.status, 404)
    assert.equal((await elsewhere.json()).error.code, 'not_found')
    for (const path of ['/metrics', '/debug/in-flight']) assert.equal((await fetch(`${gateway.url}${path}`)).status, 404, 'not for clients')
    const models = await (await fetch(`${gateway.url}/v1/models`)).json()
    assert.deepEqual(models.data.map(({ id }) => id).sort(), ['dangling', 'empty', 'fast', 'llama'])
  })

  test(`${name}: another manifest is taken, one with a fault is refused`, async () => {
    const text = async (model) => {
      const answer = await ask(model)
      const { error } = await answer.json()
      return `${answer.status} ${error?.code ?? answer.headers.get('x-served-by').slice(0, -2)}`
    }
    assert.equal(await text('empty'), '503 pool_empty')
    await gateway.configure(servers.manifest.replace('value: empty}', 'value: hollow}').replace('value: dangling}', 'value: hanging}'), JSON.stringify(servers.endpoints))
    await until('the new manifest counts', async () => (await text('hollow')) === '503 pool_empty')
    assert.equal(await text('empty'), '404 no_rule')
    const refused = 'gateway_reloads_total{what="manifest",result="refused"}'
    const before = await counted(refused)
    await gateway.configure(servers.manifest.replace('qwen-[0-9]+b', 'qwen-['), JSON.stringify(servers.endpoints))
    await until('the fault is found', async () => (await text('llama'), (await counted(refused)) === before + 1))
    assert.equal(await text('hollow'), '503 pool_empty')
    const fewer = servers.endpoints.filter(({ labels }) => labels.tier !== 'gold')
    await gateway.configure(servers.manifest, JSON.stringify(fewer))
    await until('the endpoint is gone', async () => (await text('fast')) === '503 pool_empty')
    await gateway.configure(servers.manifest, JSON.stringify(servers.endpoints))
    await until('it is back', async () => (await text('fast')) === '200 gold')
    await idle()
  })

  return { admin: (path) => gateway.admin(path), counted }
}
