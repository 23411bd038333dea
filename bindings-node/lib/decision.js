'use strict'
// What a decision answers. The names in it come from tables that JavaScript keeps; a decision itself is a few references and numbers.

const { inspect } = require('node:util')
const {
  about,
  ATTEMPT,
  CRITICALITIES,
  MODEL_DRAWN,
  MODEL_OVERRIDE,
  MODEL_UNCHANGED,
  OUT_ATTEMPTS,
  OUT_CRITICALITY,
  OUT_FIRST,
  OUT_MATCH_OR_REASON,
  OUT_PRIORITY,
  OUT_SEED,
  OUT_STATUS,
} = require('./native.js')
const { forJson, joined } = require('./numbers.js')

/** The endpoint, model and backendRef that three numbers from `at` on stand for. */
class Attempt {
  constructor(numbers, at, rule, endpoints, models) {
    this.backendRef = rule.backendRefs[numbers[at]]
    this.endpoint = endpoints[numbers[at + 1]]
    const model = numbers[at + 2]
    this.modelOverride =
      model === MODEL_UNCHANGED ? null : model === MODEL_OVERRIDE ? this.backendRef.model : models[model - MODEL_DRAWN]
  }
}

const NO_NUMBERS = Object.freeze([])
const NO_FALLBACKS = Object.freeze([])

/** Numbers of the attempts after the first. */
function fallbackNumbers(words) {
  const count = ATTEMPT * (words[OUT_ATTEMPTS] - 1)
  if (count === 0) return NO_NUMBERS
  const numbers = new Array(count)
  for (let at = 0; at < count; at += 1) numbers[at] = words[OUT_FIRST + ATTEMPT + at]
  return numbers
}

const inJson = ({ backend, pool, endpoint, address, model }) => ({ backend, pool, endpoint, address, model })

class Decision {
  #rule
  #endpoints
  #models
  #backendRef
  #endpoint
  #modelOverride
  #fallbackNumbers
  #fallbacks
  #matchIndex
  #requestModel
  #path
  #criticality
  #priority
  #seedLow
  #seedHigh
  #stateVersion

  /** `words` are those of the call; tables that change are replaced, never written to, but for `models`, which only grows. */
  constructor(words, rule, endpoints, models, requestModel, path, stateVersion) {
    this.#rule = rule
    this.#endpoints = endpoints
    this.#models = models
    const primary = new Attempt(words, OUT_FIRST, rule, endpoints, models)
    this.#backendRef = primary.backendRef
    this.#endpoint = primary.endpoint
    this.#modelOverride = primary.modelOverride
    this.#fallbackNumbers = fallbackNumbers(words)
    this.#fallbacks = null
    this.#matchIndex = words[OUT_MATCH_OR_REASON]
    this.#requestModel = requestModel
    this.#path = path
    this.#criticality = words[OUT_CRITICALITY]
    // Below 0 it comes as the two's complement.
    this.#priority = words[OUT_PRIORITY] | 0
    this.#seedLow = words[OUT_SEED]
    this.#seedHigh = words[OUT_SEED + 1]
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

  get fallbacks() {
    return (this.#fallbacks ??= this.#namedFallbacks())
  }

  get mutations() {
    return this.#backendRef.mutations
  }

  get rewrittenPath() {
    return this.#path
  }

  get criticality() {
    return CRITICALITIES[this.#criticality]
  }

  get priority() {
    return this.#priority
  }

  get seed() {
    return joined(this.#seedLow, this.#seedHigh)
  }

  get stateVersion() {
    return this.#stateVersion
  }

  toJSON() {
    const { route, rule, mutations } = this
    return { route, rule, ...inJson(this), mutations, fallbacks: this.fallbacks.map(inJson), seed: forJson(this.seed) }
  }

  [inspect.custom](_depth, options) {
    return `Decision ${inspect({ ...this.toJSON(), seed: this.seed }, options)}`
  }

  #namedFallbacks() {
    const numbers = this.#fallbackNumbers
    if (numbers.length === 0) return NO_FALLBACKS
    const attempts = []
    for (let at = 0; at < numbers.length; at += ATTEMPT) {
      const { backendRef, endpoint, modelOverride } = new Attempt(numbers, at, this.#rule, this.#endpoints, this.#models)
      const { backend, pool, mutations } = backendRef
      const model = modelOverride ?? this.#requestModel ?? null
      attempts.push(Object.freeze({ backend, pool, endpoint: endpoint.id, address: endpoint.address, model, modelOverride, mutations }))
    }
    return Object.freeze(attempts)
  }
}

class NoRoute {
  #reason
  #status
  #rule
  #location
  #directResponse
  #seedLow
  #seedHigh

  constructor(words, rule, location, directResponse) {
    this.#reason = about.reasons[words[OUT_MATCH_OR_REASON]]
    this.#status = words[OUT_STATUS]
    this.#rule = rule
    this.#location = location
    this.#directResponse = directResponse
    this.#seedLow = words[OUT_SEED]
    this.#seedHigh = words[OUT_SEED + 1]
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

  [inspect.custom](_depth, options) {
    return `NoRoute ${inspect({ ...this.toJSON(), seed: this.seed }, options)}`
  }
}

module.exports = { Decision, NoRoute }
