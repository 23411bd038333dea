// The same gateway with its router replaced by turns, to measure what routing costs. Endpoints are taken from the file once; nothing else is read.
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { admin, clients } from './app.mjs'
import { Gateway } from './gateway.mjs'
import { adminListen, files, firstByte, listen, port } from './options.mjs'
import { listening } from './process.mjs'

/** What the gateway asks of a router. */
class Turns {
  #endpoints
  #next = 0

  constructor(endpoints) {
    this.#endpoints = endpoints.map(({ name, address }) => ({ id: name, address: address.includes(':') ? address : `${address}:${port}`, inFlight: 0 }))
  }

  route(_headers, { path }) {
    const endpoint = this.#endpoints[this.#next++ % this.#endpoints.length]
    endpoint.inFlight += 1
    let open = true
    const end = () => {
      if (open) endpoint.inFlight -= 1
      open = false
    }
    const decision = {
      route: 'plain', rule: 0, ruleName: null, endpoint: endpoint.id, address: endpoint.address,
      rewrittenPath: path, modelOverride: null, mutations: {}, endpointHeaders: [],
    }
    return { ok: true, decision, firstToken() {}, fallBack: () => null, finish: end, fail: end, cancel: end }
  }

  endpoints() {
    return this.#endpoints
  }

  publishedModels() {
    return []
  }
}

const gateway = new Gateway(new Turns(JSON.parse(await readFile(files.endpoints, 'utf8'))), { firstByte })
const [server, address] = await listening(clients(() => gateway), listen)
const [adminServer, at] = await listening(admin(() => gateway), adminListen)
console.log(`listening on ${address}, admin on ${at}`)
process.once('SIGTERM', async () => {
  await promisify(server.close.bind(server))()
  adminServer.close()
})
