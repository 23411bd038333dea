// The built worker in workerd, with its configuration in a KV namespace.
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'

/** Starts it; answers with the Miniflare, whose KV namespace CONFIG holds both texts. */
export async function start({ manifest = '', endpoints = '', script = 'worker.js', host = '127.0.0.1', port = 0, bindings = {} }) {
  const dist = fileURLToPath(new URL('../dist', import.meta.url))
  const miniflare = new Miniflare({
    host,
    port,
    rootPath: dist,
    modulesRoot: dist,
    scriptPath: script,
    modules: true,
    modulesRules: [{ type: 'ESModule', include: ['**/*.js'] }, { type: 'CompiledWasm', include: ['**/*.wasm'] }],
    // Routers need FinalizationRegistry, which workerd has from 2025-05-05 on.
    compatibilityDate: '2026-04-01',
    kvNamespaces: ['CONFIG'],
    bindings,
    // Endpoints are on networks of one's own, which workerd does not reach unless it is told to.
    outboundService: { network: { allow: ['public', 'private', 'local'] } },
  })
  const config = await miniflare.getKVNamespace('CONFIG')
  await config.put('manifest.yaml', manifest)
  await config.put('endpoints.json', endpoints)
  return miniflare
}
