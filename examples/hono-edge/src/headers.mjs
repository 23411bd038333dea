// Headers on their way through.
import { CONTROL_HEADERS } from 'inferroute'

/** Of one connection only (RFC 9110, section 7.6.1), or set anew by whoever sends on. */
export const HOP = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]
const SET_ANEW = ['host', 'content-length', 'expect', 'accept-encoding']

function remove(headers, names) {
  for (const name of names) headers.delete(name)
  return headers
}

/** Headers without those of the connection, of which `connection` names more. */
function withoutHop(given) {
  const headers = new Headers(given)
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim())
  return remove(remove(headers, named.filter((name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))), HOP)
}

/** What a client sent, without what would steer this gateway or the endpoints. */
export const fromClient = (given) => remove(withoutHop(given), CONTROL_HEADERS)

/** What an endpoint gets: the changes that its backend asks for, and the bytes as they are, which `fetch` would otherwise unpack. */
export function toEndpoint(client, attempt, extra) {
  const headers = remove(new Headers(client), SET_ANEW)
  headers.set('accept-encoding', 'identity')
  for (const [name, value] of extra) headers.set(name, value)
  change(headers, attempt.mutations.request_headers ?? [])
  return headers
}

/** What the client gets. */
export function toClient(given, attempt) {
  const headers = withoutHop(given)
  // `fetch` has unpacked a body that came packed all the same.
  if (headers.has('content-encoding')) remove(headers, ['content-encoding', 'content-length'])
  change(headers, attempt.mutations.response_headers ?? [])
  return headers
}

/** Does the changes of a list in their order. */
export function change(headers, changes) {
  for (const { remove: name, set, add } of changes) {
    if (name !== undefined) headers.delete(name)
    else if (set !== undefined) headers.set(...set)
    else headers.append(...add)
  }
}
