// Manifests and endpoints that change while requests are served.
import { InferrouteError, ManifestError, Router, render } from 'inferroute'
import { Gateway } from './gateway.mjs'

/** A gateway with what it was last given. */
export class Configured {
  #name
  #manifest
  #endpoints

  /** `name` is the manifest's name in messages. Throws what is wrong with manifest or endpoints. */
  constructor(name, manifest, endpoints, { router, ...options } = {}) {
    this.#name = name
    this.gateway = new Gateway(new Router({ [name]: manifest }, router), options)
    this.#manifest = manifest
    this.#report(endpoints)
  }

  /** Takes another manifest and other endpoints, as far as they changed. One that is refused changes nothing, and is told of once. */
  take(manifest, endpoints) {
    const { router } = this.gateway
    if (manifest !== this.#manifest) {
      this.#manifest = manifest
      this.#tried('manifest', () => router.update({ [this.#name]: manifest }))
    }
    if (endpoints !== this.#endpoints) this.#tried('endpoints', () => this.#report(endpoints))
  }

  #report(endpoints) {
    this.#endpoints = endpoints
    this.gateway.router.observe({ event: 'endpoints_replaced', endpoints: JSON.parse(endpoints) })
  }

  #tried(what, take) {
    let result = 'taken'
    try {
      take()
    } catch (error) {
      if (!(error instanceof InferrouteError || error instanceof SyntaxError)) throw error
      result = 'refused'
      console.error(error instanceof ManifestError ? render(error.problems, { [this.#name]: this.#manifest }) : `${what} refused: ${error.message}`)
    }
    this.gateway.counters.add('gateway_reloads_total', { what, result })
  }
}
