'use strict'
// Why a request goes nowhere, as an answer to send.

const { INSPECT } = require('./inspect.js')
const border = require('./native.js')
const { forJson, joined } = require('./numbers.js')

class NoRoute {
  #reason
  #status
  #rule
  #location
  #directResponse
  #seedLow
  #seedHigh

  /** Its numbers stand in `words` from `at` on. */
  constructor(words, at, rule, location, directResponse) {
    this.#reason = border.about.reasons[words[at + border.OUT_MATCH_OR_REASON]]
    this.#status = words[at + border.OUT_STATUS]
    this.#rule = rule
    this.#location = location
    this.#directResponse = directResponse
    this.#seedLow = words[at + border.OUT_SEED] | 0
    this.#seedHigh = words[at + border.OUT_SEED + 1] | 0
  }

  get ok() {
    return false
  }

  get status() {
    return this.#status
  }

  get reason() {
    return this.#reason.reason
  }

  get message() {
    return this.#reason.message
  }

  get route() {
    return this.#rule?.route ?? null
  }

  get rule() {
    return this.#rule?.index ?? null
  }

  get location() {
    return this.#location
  }

  get directResponse() {
    return this.#directResponse
  }

  get seed() {
    return joined(this.#seedLow >>> 0, this.#seedHigh >>> 0)
  }

  toJSON() {
    const { status, reason, route, rule, location, directResponse } = this
    return { status, reason, route, rule, location, directResponse, seed: forJson(this.seed) }
  }

  toString() {
    return `${this.status} ${this.reason}: ${this.message}`
  }

  [INSPECT](_depth, options, inspect) {
    return `NoRoute ${inspect({ ...this.toJSON(), seed: this.seed }, options)}`
  }
}

module.exports = { NoRoute }
