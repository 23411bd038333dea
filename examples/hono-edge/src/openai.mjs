// Errors in the shape that clients of OpenAI's API read.

const TYPES = { 400: 'invalid_request_error', 404: 'invalid_request_error', 413: 'invalid_request_error', 429: 'rate_limit_error' }

/** An answer that says why there is none. */
export function problem(status, code, message, headers = {}) {
  const type = TYPES[status] ?? 'server_error'
  return Response.json({ error: { message, type, param: null, code } }, { status, headers })
}

/** What a client is told when no endpoint answered: status, code, message. */
export const FAILED = {
  address: [502, 'endpoint_address', 'the backend has no address that this gateway knows'],
  refused: [502, 'endpoint_refused', 'no endpoint could be reached'],
  timeout: [504, 'endpoint_timeout', 'no endpoint began to answer in time'],
}

/** What to answer with when a body cannot be read: a `RequestError` of the library. */
export function unreadable(error) {
  const status = ['BD0201', 'BD0303', 'BD0304'].includes(error.code) ? 413 : 400
  return problem(status, error.code, error.message)
}
