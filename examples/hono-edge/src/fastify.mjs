// The same gateway of Fastify and @fastify/reply-from.
import replyFrom from '@fastify/reply-from'
import Fastify from 'fastify'
import { models } from './app.mjs'
import { handler } from './fastify_handler.mjs'
import { problem } from './openai.mjs'
import { firstByte, listen } from './options.mjs'
import { run } from './process.mjs'

await run(async (gateway) => {
  const app = Fastify({ bodyLimit: 64 * 1024 * 1024 })
  // Bodies go on as they came.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  await app.register(replyFrom, { disableRequestLogging: true, undici: { pipelining: 1 } })
  app.get('/healthz', () => 'ok\n')
  app.get('/v1/models', ({ hostname }) => models(gateway.router, hostname))
  app.all('/v1/*', handler(gateway, firstByte))
  app.setNotFoundHandler((_request, reply) => reply.send(problem(404, 'not_found', 'there is nothing at this path')))
  app.setErrorHandler((error, _request, reply) => {
    if (error.statusCode < 500) return reply.send(problem(error.statusCode, error.code, error.message))
    console.error(error)
    return reply.send(problem(500, 'internal', 'a fault inside the gateway'))
  })
  const url = new URL(await app.listen(listen))
  return [url.host, () => app.close()]
})
