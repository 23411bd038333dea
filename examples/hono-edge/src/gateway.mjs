// A request's way: ticket, attempts, answer. The same on Node.js and on workerd.
import { RequestError } from 'inferroute'
import { ask } from './attempt.mjs'
import { now } from './clock.mjs'
import { Counters } from './counters.mjs'
import { fromClient, toClient } from './headers.mjs'
import { refuse } from './no_route.mjs'
import { FAILED, problem, unreadable } from './openai.mjs'
import { relay } from './relay.mjs'

/** workerd's own kind notices a client that is gone, which its standard one does not. */
const Pipe = globalThis.IdentityTransformStream ?? TransformStream

export class Gateway {
  #fetch
  #firstByte

  /** `firstByte`: milliseconds until an endpoint has to begin its answer. */
  constructor(router, { firstByte = 30_000, fetch = (...given) => globalThis.fetch(...given) } = {}) {
    this.router = router
    this.counters = new Counters()
    this.#firstByte = firstByte
    this.#fetch = fetch
  }

  /** How many requests are in flight at all endpoints together. */
  get inFlight() {
    return this.router.endpoints().reduce((sum, { inFlight }) => sum + inFlight, 0)
  }

  /** Answers a client's request. `keep` is told of what goes on after the answer has begun. */
  async handle(request, keep = () => {}) {
    const url = new URL(request.url)
    const path = url.pathname + url.search
    const headers = fromClient(request.headers)
    const { method } = request
    const body = method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(await request.arrayBuffer())
    let ticket
    try {
      const host = request.headers.get('host') ?? url.host
      // Four bytes are about a token; to read the prompt out of the body would cost more than it tells.
      const promptTokens = Math.ceil((body?.length ?? 0) / 4)
      ticket = this.router.route(headers, { host, path, method, body, contentType: headers.get('content-type'), promptTokens, now: now() })
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      this.counters.add('gateway_refused_total', { reason: error.code })
      return unreadable(error)
    }
    if (!ticket.ok) {
      this.counters.add('gateway_refused_total', { reason: ticket.reason })
      return refuse(ticket, url)
    }
    const { decision } = ticket
    this.counters.add('gateway_routed_total', { route: decision.route, rule: decision.ruleName ?? decision.rule })
    const asked = {
      method,
      headers,
      path: decision.rewrittenPath,
      body,
      signal: request.signal,
      fetch: this.#fetch,
      keep,
      // Which endpoints work before the one that is asked was decided for the first of them only.
      extra: (attempt) => (attempt === decision ? decision.endpointHeaders : []),
    }
    try {
      return await this.#answer(ticket, asked)
    } catch (error) {
      ticket.cancel()
      if (error instanceof RequestError) return unreadable(error)
      throw error
    }
  }

  /** Asks one endpoint after the other until one begins to answer. */
  async #answer(ticket, asked) {
    let attempt = ticket.decision
    for (;;) {
      const { failure, response, reader, first } = await ask(attempt, asked, this.#firstByte)
      if (failure === undefined) {
        ticket.firstToken(now())
        this.counters.add('gateway_answered_total', { endpoint: attempt.endpoint, status: response.status })
        const answer = { status: response.status, headers: toClient(response.headers, attempt) }
        if (reader === null) {
          ticket.finish()
          return new Response(null, answer)
        }
        const { readable, writable } = new Pipe()
        asked.keep(relay(first, reader, writable.getWriter(), ticket, asked.signal))
        return new Response(readable, answer)
      }
      if (asked.signal.aborted) {
        ticket.cancel()
        await response?.body?.cancel()
        return problem(499, 'client_closed', 'the client went away')
      }
      this.counters.add('gateway_failed_attempts_total', { endpoint: attempt.endpoint, failure })
      const next = ticket.fallBack(now())
      if (next === null) {
        ticket.fail(now())
        if (failure === 'status') return new Response(response.body, { status: response.status, headers: toClient(response.headers, attempt) })
        return problem(...FAILED[failure])
      }
      await response?.body?.cancel()
      attempt = next
    }
  }
}
