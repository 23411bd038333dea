'use strict'
// What a decision answers. The names in it come from tables that JavaScript keeps; a decision itself is a few references and numbers.

const { inspect } = require('node:util')
const { about, CRITICALITIES } = require('./native.js')
const { forJson, joined } = require('./numbers.js')

class Decision {
  #rule
  #backendRef
  #endpoint
  #matchIndex
  #modelOverride
  #requestModel
  #criticality
  #seedLow
  #seedHigh
  #stateVersion

  constructor(rule, backendRef, endpoint, matchIndex, modelOverride, requestModel, criticality, seedLow, seedHigh, stateVersion) {
    this.#rule = rule
    this.#backendRef = backendRef
    this.#endpoint = endpoint
    this.#matchIndex = matchIndex
    this.#modelOverride = modelOverride
    this.#requestModel = requestModel
    this.#criticality = criticality
    this.#seedLow = seedLow
    this.#seedHigh = seedHigh
    this.#stateVersion = stateVersion
  }

  get ok() {
    return true
  }

  get route() {
    return this.#rule.route
  }

  get rule() {
    return this.#rule.index
  }

  get ruleName() {
    return this.#rule.name
  }

  get matchIndex() {
    return this.#matchIndex
  }

  get backend() {
    return this.#backendRef.backend
  }

  get pool() {
    return this.#backendRef.pool
  }

  get endpoint() {
    return this.#endpoint.id
  }

  get address() {
    return this.#endpoint.address
  }

  get model() {
    return this.#modelOverride ?? this.#requestModel ?? null
  }

  get modelOverride() {
    return this.#modelOverride
  }

  get criticality() {
    return CRITICALITIES[this.#criticality]
  }

  get seed() {
    return joined(this.#seedLow, this.#seedHigh)
  }

  get stateVersion() {
    return this.#stateVersion
  }

  toJSON() {
    const { route, rule, backend, pool, endpoint, address, model } = this
    return { route, rule, backend, pool, endpoint, address, model, seed: forJson(this.seed) }
  }

  [inspect.custom](_depth, options) {
    return `Decision ${inspect({ ...this.toJSON(), seed: this.seed }, options)}`
  }
}

class NoRoute {
  #reason
  #rule
  #seedLow
  #seedHigh

  constructor(reason, rule, seedLow, seedHigh) {
    this.#reason = about.reasons[reason]
    this.#rule = rule
    this.#seedLow = seedLow
    this.#seedHigh = seedHigh
  }

  get ok() {
    return false
  }

  get status() {
    return this.#reason.status
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

  get seed() {
    return joined(this.#seedLow, this.#seedHigh)
  }

  toJSON() {
    const { status, reason, route, rule } = this
    return { status, reason, route, rule, seed: forJson(this.seed) }
  }

  toString() {
    return `${this.status} ${this.reason}: ${this.message}`
  }

  [inspect.custom](_depth, options) {
    return `NoRoute ${inspect({ ...this.toJSON(), seed: this.seed }, options)}`
  }
}

module.exports = { Decision, NoRoute }
