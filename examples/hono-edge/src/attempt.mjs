// One attempt: a request to one endpoint, until the first byte of its answer is there.
import { rewriteBody } from 'inferroute'
import { milliseconds } from './clock.mjs'
import { toEndpoint } from './headers.mjs'

/**
 * Asks the endpoint of an attempt. `{response, reader, first}` once a part of the body came, or `{failure, response}`: `refused` (no connection, or one
 * that broke off), `timeout`, `status` (500 or more), `address` (none is known).
 */
export async function ask(attempt, asked, firstByte) {
  if (attempt.address === null) return { failure: 'address' }
  const headers = toEndpoint(asked.headers, attempt, asked.extra(attempt))
  const body = asked.body === undefined ? undefined : rewriteBody(asked.body, attempt, headers.get('content-type') ?? undefined)
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(), milliseconds(attempt.mutations.attempt_timeout, firstByte))
  try {
    const response = await asked.fetch(`http://${attempt.address}${asked.path}`, {
      method: asked.method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([silent.signal, asked.signal]),
    })
    if (response.status >= 500) return { failure: 'status', response }
    if (response.body === null) return { response, reader: null, first: { done: true } }
    const reader = response.body.getReader()
    return { response, reader, first: await reader.read() }
  } catch {
    return { failure: silent.signal.aborted ? 'timeout' : 'refused' }
  } finally {
    clearTimeout(timer)
  }
}
