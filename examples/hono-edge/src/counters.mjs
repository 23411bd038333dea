/** Counts by labels, as a page for Prometheus. */
export class Counters {
  #series = new Map()

  /** Labels are the gateway's own words and names of the manifests, never what a client sent. */
  add(name, labels, by = 1) {
    const key = `${name}{${Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(String(value))}`).join(',')}}`
    this.#series.set(key, (this.#series.get(key) ?? 0) + by)
  }

  /** The page, with what the router counts in flight. */
  page(router) {
    const lines = []
    let last
    for (const [key, value] of [...this.#series].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const name = key.slice(0, key.indexOf('{'))
      if (name !== last) lines.push(`# TYPE ${name} counter`)
      last = name
      lines.push(`${key} ${value}`)
    }
    lines.push('# TYPE gateway_in_flight gauge')
    for (const { id, inFlight } of router.endpoints()) lines.push(`gateway_in_flight{endpoint=${JSON.stringify(id)}} ${inFlight}`)
    return `${lines.join('\n')}\n`
  }
}
