// Serves the built worker on this machine; the files are put into its KV namespace whenever they change.
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { serve } from '@hono/node-server'
import { follow, read } from '../src/files.mjs'
import { start } from './miniflare.mjs'

const { values } = parseArgs({
  options: {
    manifest: { type: 'string', default: '../vectors/manifest.yaml' },
    endpoints: { type: 'string', default: '../vectors/endpoints.json' },
    listen: { type: 'string', default: '127.0.0.1:8080' },
    admin: { type: 'string', default: '127.0.0.1:9090' },
    'first-byte-ms': { type: 'string', default: '30000' },
    'reload-ms': { type: 'string', default: '1000' },
  },
})

const address = (text) => {
  const [, hostname, port] = /^(.*):(\d+)$/.exec(text)
  return { hostname, port: Number(port) }
}
const token = randomUUID()
const { hostname, port } = address(values.listen)
const [manifest, endpoints] = await read(values)
const bindings = { FIRST_BYTE_MS: values['first-byte-ms'], RELOAD_MS: values['reload-ms'], ADMIN_TOKEN: token }
const miniflare = await start({ manifest, endpoints, host: hostname, port, bindings })
const url = (await miniflare.ready).origin
const config = await miniflare.getKVNamespace('CONFIG')
const stop = follow(values, async (manifest, endpoints) => {
  await config.put('manifest.yaml', manifest)
  await config.put('endpoints.json', endpoints)
})
// The admin's pages at an address of their own, as on Node.js.
const admin = ({ url: asked }) => fetch(`${url}/admin${new URL(asked).pathname}`, { headers: { authorization: `Bearer ${token}` } })
const server = serve({ fetch: admin, ...address(values.admin) }, () => console.log(`listening on ${values.listen}, admin on ${values.admin}`))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    stop()
    server.close()
    await miniflare.dispose()
  })
}
