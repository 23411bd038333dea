// Requests that go nowhere.
import { change } from './headers.mjs'
import { problem } from './openai.mjs'

/** The answer for a `NoRoute`, which may be a redirect or an answer of the rule's own. */
export function refuse(noRoute, url) {
  if (noRoute.location !== null) return new Response(null, { status: noRoute.status, headers: { location: redirected(noRoute.location, url) } })
  if (noRoute.directResponse !== null) {
    const { status, content_type: type, headers, body } = noRoute.directResponse
    const answer = new Response(body, { status, headers: type === null ? {} : { 'content-type': type } })
    change(answer.headers, headers)
    return answer
  }
  return problem(noRoute.status, noRoute.reason, noRoute.message)
}

function redirected({ scheme, hostname, port, path }, url) {
  const to = new URL(path ?? url.pathname + url.search, url)
  if (scheme !== null) to.protocol = scheme
  if (hostname !== null) to.hostname = hostname
  if (scheme !== null || port !== null) to.port = port ?? ''
  return to.href
}
