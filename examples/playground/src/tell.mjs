// Tells a router of the endpoints that somebody has written down.

import { InferrouteError } from 'inferroute'

/** Reports the endpoints. The problems found, each with the place it is about: `endpoints[2].address`. */
export function report(router, endpoints, now) {
  const problems = []
  const attempt = attempts(router, now, problems)
  const names = new Set()
  endpoints.forEach(({ name, declared, address, labels, ready }, index) => {
    if (declared) return
    const at = `endpoints[${index}]`
    if (names.has(name)) {
      problems.push({ at: `${at}.name`, code: 'name_taken', message: 'another endpoint has this name' })
      return
    }
    names.add(name)
    const endpoint = { ...named(name), labels: Object.fromEntries(labels), ready, ...(address === '' ? {} : { address }) }
    attempt(`${at}.${name === '' ? 'name' : 'address'}`, { event: 'endpoint_reported', endpoint })
  })
  return problems
}

/** Tells their counts and loads. */
export function measure(router, endpoints, now) {
  const problems = []
  const attempt = attempts(router, now, problems)
  const ids = router.endpoints().map(({ id }) => id)
  endpoints.forEach(({ name, waiting, running, kvUsage, inFlight }, index) => {
    const own = idsOf(name, ids)
    const known = Object.entries({ waiting, running, kv_usage: kvUsage }).filter(([, value]) => value !== null)
    for (const endpoint of own) {
      const at = `endpoints[${index}]`
      // Counted before the poll: what is in flight is then part of what was polled, not sent since.
      if (inFlight !== null && !attempt(`${at}.inFlight`, { event: 'in_flight_counted', endpoint, count: inFlight })) break
      if (known.length > 0 && !attempt(`${at}.load`, { event: 'load_polled', endpoint, load: Object.fromEntries(known) })) break
    }
  })
  return problems
}

/** Observes an event; whether that went well. */
const attempts = (router, now, problems) => (at, event) => {
  try {
    router.observe(event, { now })
    return true
  } catch (error) {
    if (!(error instanceof InferrouteError)) throw error
    problems.push({ at, code: error.code, message: error.message })
    return false
  }
}

function named(name) {
  const slash = name.indexOf('/')
  return slash < 0 ? { name } : { namespace: name.slice(0, slash), name: name.slice(slash + 1) }
}

/** An endpoint that serves on several ports of its pool has an id for each. */
function idsOf(name, ids) {
  const { namespace = 'default', name: own } = named(name)
  const id = `${namespace}/${own}`
  return ids.filter((each) => each === id || each.replace(/:\d+$/, '') === id)
}
