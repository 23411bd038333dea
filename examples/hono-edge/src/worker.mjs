// The gateway on workerd, over WebAssembly: manifest and endpoints come from a KV namespace, else from text bindings.
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { HTTPException } from 'hono/http-exception'
import { admin, clients } from './app.mjs'
import { now } from './clock.mjs'
import { Configured } from './config.mjs'
import { problem } from './openai.mjs'

/** How long a request counts that nobody tells the end of: the runtime may stop its code. */
const LEASE = 120_000_000_000

/** One for all requests that this isolate serves. */
let configured
let checked = 0

async function texts({ CONFIG, MANIFEST, ENDPOINTS }) {
  if (CONFIG === undefined) return [MANIFEST, ENDPOINTS]
  return Promise.all([CONFIG.get('manifest.yaml'), CONFIG.get('endpoints.json')])
}

/** The gateway; what it is made of is looked at again every RELOAD_MS, beside the request that finds it due. */
async function current(c) {
  const { env, executionCtx } = c
  const time = Date.now()
  if (configured === undefined) {
    const read = await texts(env)
    if (read.some((text) => typeof text !== 'string')) throw new HTTPException(503, { res: problem(503, 'unconfigured', 'this gateway has no configuration yet') })
    // Another request may have been quicker.
    configured ??= new Configured('manifest.yaml', ...read, { firstByte: Number(env.FIRST_BYTE_MS ?? 30_000), router: { lease: LEASE } })
    checked = time
  } else if (time - checked >= Number(env.RELOAD_MS ?? 10_000)) {
    checked = time
    configured.gateway.router.observe({ event: 'leases_lapsed' }, { now: now() })
    executionCtx.waitUntil(texts(env).then(([manifest, endpoints]) => configured.take(manifest ?? '', endpoints ?? '')))
  }
  return configured.gateway
}

const app = new Hono()
// Without a token there is no admin: this port is the clients'.
app.use('/admin/*', (c, next) => (c.env.ADMIN_TOKEN ? bearerAuth({ token: c.env.ADMIN_TOKEN })(c, next) : c.notFound()))
app.route('/admin', admin(current))
// Without it all code of a request stops when its client goes away, and its ticket would not end before the lease does.
clients(current, { app, keep: ({ executionCtx }, promise) => executionCtx.waitUntil(promise) })

export default app
