// What endpoints tell of their load, and requests that never came to an end.
import { LoadReport } from 'inferroute'
import { now } from './clock.mjs'

/** Asks every endpoint for its metrics page every so many milliseconds. Answers with what stops it. */
export function poll({ router, counters }, every) {
  const busy = new Set()
  const timer = setInterval(() => {
    router.observe({ event: 'leases_lapsed' }, { now: now() })
    for (const { id, address } of router.endpoints()) {
      if (address === null || busy.has(id)) continue
      busy.add(id)
      one(router, id, address, every)
        .then((read) => counters.add('gateway_polls_total', { result: read ? 'read' : 'failed' }))
        .finally(() => busy.delete(id))
    }
  }, every)
  return () => clearInterval(timer)
}

async function one(router, endpoint, address, every) {
  try {
    const page = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(every) })
    const { report } = LoadReport.fromPrometheus(await page.text())
    if (page.ok) router.observe({ event: 'load_polled', endpoint, load: report }, { now: now() })
    return page.ok
  } catch {
    // What is not heard of grows stale, and the router knows from when it was.
    return false
  }
}
