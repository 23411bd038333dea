// Hono's own proxy on Node.js, without the library: what the gateway's added latency is measured against.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { proxy } from 'hono/proxy'
import { at, next } from './turns.mjs'

const app = new Hono()
app.all('*', (c) => {
  const { pathname, search } = new URL(c.req.url)
  return proxy(`http://${next()}${pathname}${search}`, { ...c.req })
})
serve({ fetch: app.fetch, ...at })
