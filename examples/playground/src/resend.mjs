// What was sent before, sent again: the router then remembers its prompts and sessions as if it had been there.

import { InferrouteError } from 'inferroute'
import { asked } from './asked.mjs'

/** Each goes to the endpoint that it went to, whatever would be chosen today, and is answered. The problems are those that could not. */
export function resend(router, sent, now) {
  const addresses = new Map(router.endpoints().map(({ id, address }) => [id, address]))
  return sent.flatMap(({ request, endpoint }, index) => {
    const problem = (code, message) => [{ at: `sent[${index}]`, code, message }]
    const address = addresses.get(endpoint)
    if (!address) return problem('endpoint_gone', 'its endpoint is not there, or has no address')
    const { headers, options } = asked(request, now)
    try {
      const ticket = router.route(headers, { ...options, subset: address })
      if (!ticket.ok) return problem(ticket.reason, ticket.message)
      ticket.finish()
      return []
    } catch (error) {
      if (!(error instanceof InferrouteError)) throw error
      return problem(error.code, error.message)
    }
  })
}
