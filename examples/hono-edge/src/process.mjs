// What a process of Node.js does beside serving: follows its files, asks endpoints for their load, serves the admin's pages, ends when it is told to.
import { serve } from '@hono/node-server'
import { admin } from './app.mjs'
import { Configured } from './config.mjs'
import { follow, read } from './files.mjs'
import { adminListen, files, firstByte, pollEvery } from './options.mjs'
import { poll } from './polling.mjs'

/** Longer than clients keep a connection for the next request: who closes it first may do so while that is on its way. Node.js has five seconds. */
const keepAliveTimeout = 75_000

/** Serves an app of Hono; answers with the server and its address. */
export function listening(app, { host: hostname, port }) {
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname, port, serverOptions: { keepAliveTimeout } }, ({ address, port }) => resolve([server, `${address}:${port}`]))
  })
}

/** Starts all that, and the clients' server: `open(gateway)` answers with its address and what closes it once requests under way are answered. */
export async function run(open) {
  const configured = new Configured(files.manifest, ...(await read(files)), { firstByte })
  const { gateway } = configured
  const stops = [follow(files, (manifest, endpoints) => configured.take(manifest, endpoints)), poll(gateway, pollEvery)]
  const [address, close] = await open(gateway)
  const [server, at] = await listening(admin(() => gateway), adminListen)
  console.log(`listening on ${address}, admin on ${at}`)
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, async () => {
      stops.forEach((stop) => stop())
      await close()
      server.close()
    })
  }
}
