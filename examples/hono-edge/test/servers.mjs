// Model servers for tests: mock-vllm, and one that repeats what it was asked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))
const MOCK = process.env.MOCK_VLLM ?? file('../../../target/examples/debug/mock-vllm')

export const vectors = (name) => readFileSync(file(`../../vectors/${name}`), 'utf8')

/** A port that is free at every address of `endpoints.json`. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.2')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a program and waits for the line by which it says that it listens. */
export async function start(program, given, options = {}) {
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line').then(([line]) => line), once(child, 'exit').then(([code]) => assertNever(program, code))])
  return { child, line }
}

function assertNever(program, code) {
  throw new Error(`${program} ended with ${code} before it listened`)
}

/** The servers of `endpoints.json`, all at one port. */
export class Servers {
  #children = new Map()
  endpoints = JSON.parse(vectors('endpoints.json'))

  async start() {
    this.port = await freePort()
    await Promise.all(this.endpoints.map(({ name }) => this.revive(name)))
    return this
  }

  /** The manifest of the vectors at the port that the servers have. */
  get manifest() {
    return vectors('manifest.yaml').replaceAll('number: 8000', `number: ${this.port}`)
  }

  url(name, path) {
    return `http://${this.endpoints.find((endpoint) => endpoint.name === name).address}:${this.port}${path}`
  }

  async revive(name) {
    if (this.#children.has(name)) return
    const { address } = this.endpoints.find((endpoint) => endpoint.name === name)
    const { child } = await start(MOCK, ['--listen', `${address}:${this.port}`, '--name', name, '--speed', '5'])
    this.#children.set(name, child)
  }

  async kill(name) {
    const child = this.#children.get(name)
    this.#children.delete(name)
    if (child === undefined) return
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  async fault(name, fault) {
    const answer = await fetch(this.url(name, '/faults'), { method: 'POST', body: JSON.stringify(fault), headers: { 'content-type': 'application/json' } })
    if (!answer.ok) throw new Error(`${name} refuses the fault: ${await answer.text()}`)
  }

  /** Every server alive and well. */
  async heal() {
    await Promise.all(this.endpoints.map(({ name }) => this.revive(name)))
    await Promise.all(this.endpoints.map(({ name }) => this.fault(name, { kind: 'none' })))
  }

  async stop() {
    await Promise.all([...this.#children.keys()].map((name) => this.kill(name)))
  }
}

/** A server that answers with the headers and the body that it was sent, and whatever headers are wanted. */
export async function echo(address, port) {
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    response.setHeader('keep-alive', 'timeout=7')
    response.end(JSON.stringify({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }))
  }).listen(port, address)
  await once(server, 'listening')
  return {
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A server that answers 200 with headers, and no byte of the body: it breaks off, or says nothing more. */
export async function withoutBody(address, port, { breaksOff }) {
  const server = createServer(async (request, response) => {
    await request.toArray()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    if (breaksOff) setTimeout(() => response.destroy(), 20)
  }).listen(port, address)
  await once(server, 'listening')
  return {
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
