// What is served where. The handlers do not know which runtime they run on.
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { problem } from './openai.mjs'

/** The list of models that clients of a host may ask for. */
export function models(router, host) {
  const seconds = (created) => (created === null ? 0 : Math.floor(Date.parse(created) / 1000))
  const data = router.publishedModels(host).map(({ id, ownedBy, created }) => ({ id, object: 'model', owned_by: ownedBy, created: seconds(created) }))
  return { object: 'list', data }
}

/**
 * For clients: OpenAI's API, added to `app`. `gateway` gives the gateway of a request's context, and `keep` has the runtime wait for a promise of a request
 * whose client may be gone.
 */
export function clients(gateway, { app = new Hono(), keep = () => {} } = {}) {
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/v1/models', async (c) => {
    const { router } = await gateway(c)
    return c.json(models(router, new URL(c.req.url).hostname))
  })
  app.all('/v1/*', async (c) => {
    const own = (promise) => keep(c, promise)
    const answer = (await gateway(c)).handle(c.req.raw, own)
    own(answer)
    return answer
  })
  app.notFound(() => problem(404, 'not_found', 'there is nothing at this path'))
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    console.error(error)
    return problem(500, 'internal', 'a fault inside the gateway')
  })
  return app
}

/** For whoever runs the gateway; not for clients. */
export function admin(gateway) {
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/debug/in-flight', async (c) => c.text(`${(await gateway(c)).inFlight}\n`))
  app.get('/metrics', async (c) => {
    const { counters, router } = await gateway(c)
    return c.body(counters.page(router), 200, { 'content-type': 'text/plain; version=0.0.4' })
  })
  return app
}
