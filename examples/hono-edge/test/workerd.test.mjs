// The gateway in workerd, over WebAssembly.
import { start } from '../scripts/miniflare.mjs'
import { suite } from './suite.mjs'

const ADMIN_TOKEN = 'for-tests'

suite('workerd', async ({ manifest, endpoints, firstByte }) => {
  const miniflare = await start({ manifest, endpoints, bindings: { FIRST_BYTE_MS: String(firstByte), RELOAD_MS: '50', ADMIN_TOKEN } })
  const url = (await miniflare.ready).origin
  const config = await miniflare.getKVNamespace('CONFIG')
  return {
    url,
    admin: async (path) => (await fetch(`${url}/admin${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })).text(),
    async configure(manifest, endpoints) {
      await config.put('manifest.yaml', manifest)
      await config.put('endpoints.json', endpoints)
    },
    close: () => miniflare.dispose(),
  }
})
