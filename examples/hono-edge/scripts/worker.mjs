// Serves the built worker on this machine; the files are put into its KV namespace whenever they change.
import { parseArgs } from 'node:util'
import { follow, read } from '../src/files.mjs'
import { start } from './miniflare.mjs'

const { values } = parseArgs({
  options: {
    manifest: { type: 'string', default: '../vectors/manifest.yaml' },
    endpoints: { type: 'string', default: '../vectors/endpoints.json' },
    listen: { type: 'string', default: '127.0.0.1:8787' },
    'first-byte-ms': { type: 'string', default: '30000' },
    'reload-ms': { type: 'string', default: '1000' },
    'admin-token': { type: 'string', default: '' },
  },
})

const [, host, port] = /^(.*):(\d+)$/.exec(values.listen)
const [manifest, endpoints] = await read(values)
const bindings = { FIRST_BYTE_MS: values['first-byte-ms'], RELOAD_MS: values['reload-ms'], ADMIN_TOKEN: values['admin-token'] }
const miniflare = await start({ manifest, endpoints, host, port: Number(port), bindings })
const config = await miniflare.getKVNamespace('CONFIG')
const stop = follow(values, async (manifest, endpoints) => {
  await config.put('manifest.yaml', manifest)
  await config.put('endpoints.json', endpoints)
})
console.log(`listening on ${(await miniflare.ready).host}`)

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    stop()
    miniflare.dispose()
  })
}
