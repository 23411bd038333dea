'use strict'
// Journals, repeated.

const { Divergence } = require('./errors.js')
const { encode } = require('./encode.js')
const border = require('./native.js')
const { DEFAULTS, optionsJson, planOptions, texts } = require('./options.js')
const { callbacks } = require('./scorers.js')

const text = new TextDecoder('utf-8', { ignoreBOM: true })

/** Tells scorers of the request that is repeated. */
class Played {
  constructor() {
    this.isScoring = false
    this.thrown = null
    this.entry = null
  }

  request() {
    const { model = null, host = null, path = '/', method = 'GET', tenant = null, headers = [] } = this.entry?.request ?? {}
    const values = new Map()
    for (const [name, bytes] of headers) {
      const value = text.decode(Uint8Array.from(bytes))
      values.set(name, values.has(name) ? `${values.get(name)},${value}` : value)
    }
    return { model, host, path, method, tenant, headers: Object.fromEntries(values) }
  }
}

class Player {
  #native
  #options
  #played = new Played()
  /** The native half holds on to them weakly. */
  #callbacks

  constructor(manifests, options) {
    const list = JSON.stringify(texts(manifests))
    this.#options = planOptions(options, DEFAULTS, [])
    this.#callbacks = callbacks(this.#options, this.#played)
    const opened = border.native.player(list, optionsJson(this.#options), this.#callbacks)
    if (typeof opened === 'string') border.open(opened)
    this.#native = opened
  }

  play(entry) {
    let wire
    try {
      wire = encode(entry)
    } catch (cause) {
      throw new Divergence('RP0000', `not an entry of a journal: ${cause.message}`, { cause })
    }
    this.#played.entry = entry
    border.open(this.#native.play(wire))
  }

  update(manifests, options) {
    const list = JSON.stringify(texts(manifests))
    const merged = planOptions(options, this.#options, [])
    const made = callbacks(merged, this.#played)
    border.open(this.#native.update(list, optionsJson(merged), made))
    this.#options = merged
    this.#callbacks = made
  }

  endpoints() {
    return border.open(this.#native.endpoints()).endpoints
  }
}

module.exports = { Player }
