// @fastify/reply-from without the library: what the gateway's added latency is measured against.
import replyFrom from '@fastify/reply-from'
import Fastify from 'fastify'
import { at, next } from './turns.mjs'

const app = Fastify()
// Bodies go on as they come.
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', (_request, body, done) => done(null, body))
await app.register(replyFrom, { disableRequestLogging: true, undici: { pipelining: 1 } })
app.all('/*', (request, reply) => reply.from(request.url, { getUpstream: () => `http://${next()}` }))
await app.listen({ host: at.hostname, port: at.port })
