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

  constructor(words, rule, location, directResponse) {
    this.#reason = border.about.reasons[words[border.OUT_MATCH_OR_REASON]]
    this.#status = words[border.OUT_STATUS]
    this.#rule = rule
    this.#location = location
    this.#directResponse = directResponse
    this.#seedLow = words[border.OUT_SEED]
    this.#seedHigh = words[border.OUT_SEED + 1]
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
    return joined(this.#seedLow, this.#seedHigh)
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
