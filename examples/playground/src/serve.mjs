// The HTTP side: files of the page, what it starts with, and one call that decides. Keeps nothing between calls.

import { createServer } from 'node:http'
import { STRATEGIES, version } from 'inferroute'
import { answer } from './answer.mjs'
import { examples } from './examples.mjs'
import { pageFiles } from './files.mjs'
import { HEADERS, check } from './gate.mjs'
import { question } from './question.mjs'
import { Refusal } from './refusal.mjs'

/** Bytes of a question. */
export const LIMIT = 1 << 20

const JSON_TYPE = 'application/json; charset=utf-8'

/** The server, not listening yet. */
export function playground() {
  const files = pageFiles()
  const start = JSON.stringify({ version, strategies: STRATEGIES, examples: examples() })
  const server = createServer((request, response) => {
    respond(request, files, start).then(
      ({ type, bytes }) => send(request, response, 200, type, bytes),
      (error) => refuse(request, response, error),
    )
  })
  // A caller that is slow to say what it wants does not hold a connection for long.
  server.headersTimeout = 5_000
  server.requestTimeout = 10_000
  server.maxConnections = 64
  return server
}

async function respond(request, files, start) {
  check(request)
  // Compared as it is: what does not name a file letter by letter names nothing.
  const [path] = request.url.split('?', 1)
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (path === '/api/decide') {
    if (request.method !== 'POST') throw new Refusal(405, 'method_not_allowed', 'POST a question')
    return { type: JSON_TYPE, bytes: JSON.stringify(answer(question(await body(request)))) }
  }
  const file = path === '/api/start' ? { type: JSON_TYPE, bytes: start } : files.get(path)
  if (file === undefined) throw new Refusal(404, 'not_found', 'there is nothing here')
  if (!reads) throw new Refusal(405, 'method_not_allowed', 'it is there to be read: GET it')
  return file
}

/** The JSON of a request's body. */
async function body(request) {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'not_json', 'send the question as application/json')
  }
  const tooLarge = new Refusal(413, 'too_large', `a question has at most ${LIMIT} bytes`)
  if (Number(request.headers['content-length']) > LIMIT) throw tooLarge
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > LIMIT) throw tooLarge
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new Refusal(400, 'not_json', 'the question is not JSON in UTF-8')
  }
}

function send(request, response, status, type, bytes, more) {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(bytes), ...more })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

function refuse(request, response, error) {
  if (response.headersSent || response.destroyed) return
  const known = error instanceof Refusal
  if (!known) console.error(error)
  const { status, code, message } = known ? error : { status: 500, code: 'internal', message: 'a fault inside the playground; its console has more' }
  // What is left of a body that is not wanted is not read.
  send(request, response, status, JSON_TYPE, JSON.stringify({ error: { code, message } }), { connection: 'close' })
}
