// A request's way through Fastify: ticket, attempts by @fastify/reply-from, answer.
import { CONTROL_HEADERS, RequestError, rewriteBody } from 'inferroute'
import { milliseconds, now } from './clock.mjs'
import { HOP } from './headers.mjs'
import { refuse } from './no_route.mjs'
import { FAILED, problem, unreadable } from './openai.mjs'

/** Handles requests by the decisions of a router. `firstByte`: milliseconds until an endpoint has to begin its answer. */
export function handler({ router, counters }, firstByte) {
  return function handle(request, reply) {
    const { method, url: path, headers, body } = request
    // @fastify/reply-from takes out those that `connection` names.
    for (const name of [...CONTROL_HEADERS, ...HOP, 'expect']) if (name !== 'connection') delete headers[name]
    let ticket
    try {
      const promptTokens = Math.ceil((body?.length ?? 0) / 4)
      ticket = router.route(headers, { host: headers.host, path, method, body, contentType: headers['content-type'], promptTokens, now: now() })
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      counters.add('gateway_refused_total', { reason: error.code })
      return reply.send(unreadable(error))
    }
    if (!ticket.ok) {
      counters.add('gateway_refused_total', { reason: ticket.reason })
      return reply.send(refuse(ticket, new URL(path, `http://${headers.host ?? 'localhost'}`)))
    }
    const { decision } = ticket
    counters.add('gateway_routed_total', { route: decision.route, rule: decision.ruleName ?? decision.rule })
    // After `finish` it does nothing.
    reply.raw.once('close', () => ticket.cancel())
    return attempt(decision)

    function attempt(to) {
      if (to.address === null) return failed(to, 'address')
      let sent
      try {
        sent = body === undefined ? undefined : rewriteBody(body, to, headers['content-type'])
      } catch (error) {
        ticket.cancel()
        return reply.send(unreadable(error))
      }
      const limit = milliseconds(to.mutations.attempt_timeout, firstByte)
      const asked = performance.now()
      return reply.from(decision.rewrittenPath, {
        getUpstream: () => `http://${to.address}`,
        body: sent,
        contentType: headers['content-type'],
        timeout: limit,
        rewriteRequestHeaders: (_request, outgoing) => changed({ ...outgoing, ...(to === decision && Object.fromEntries(decision.endpointHeaders)) }, to.mutations.request_headers),
        rewriteHeaders: ({ 'keep-alive': _, ...incoming }) => changed(incoming, to.mutations.response_headers),
        onResponse: (_request, _reply, { stream }) => answered(to, stream, limit - (performance.now() - asked)),
        onError: (_reply, { error }) => failed(to, error.statusCode === 504 ? 'timeout' : 'refused'),
      })
    }

    /** `patience`: milliseconds that are left for the first byte of the body. Servers send headers before they have a token. */
    function answered(to, stream, patience) {
      if (reply.statusCode >= 500) return failed(to, 'status', stream)
      let failure = 'refused'
      const timer = setTimeout(() => {
        failure = 'timeout'
        stream.destroy(new Error('no byte came in time'))
      }, patience)
      const broken = () => failed(to, failure)
      stream.once('close', () => clearTimeout(timer))
      stream.once('error', broken)
      reply.raw.once('close', () => stream.destroy())
      // A byte of the body, or its end.
      stream.once('readable', () => {
        clearTimeout(timer)
        stream.off('error', broken)
        counters.add('gateway_answered_total', { endpoint: to.endpoint, status: reply.statusCode })
        ticket.firstToken(now())
        stream.once('end', () => ticket.finish())
        stream.once('error', () => ticket.fail(now()))
        reply.send(stream)
      })
    }

    /** Goes on to the next fallback, or ends the request. */
    function failed(to, failure, stream) {
      if (reply.raw.destroyed) return ticket.cancel()
      counters.add('gateway_failed_attempts_total', { endpoint: to.endpoint, failure })
      const next = ticket.fallBack(now())
      if (next === null) {
        ticket.fail(now())
        return reply.send(stream ?? problem(...FAILED[failure]))
      }
      stream?.resume()
      // Those of the answer that is not sent.
      for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
      return attempt(next)
    }
  }
}

/** Headers after the changes that a backend asks for. */
function changed(headers, changes = []) {
  for (const { remove, set, add } of changes) {
    const name = (remove ?? set?.[0] ?? add[0]).toLowerCase()
    if (remove !== undefined) delete headers[name]
    else if (set !== undefined) headers[name] = set[1]
    else headers[name] = [headers[name] ?? [], add[1]].flat()
  }
  return headers
}
