'use strict'
// What a decision answers. The names in it come from tables that JavaScript keeps; a decision itself is a few references and numbers.

const { INSPECT } = require('./inspect.js')
const {
  ATTEMPT,
  CRITICALITIES,
  MODEL_DRAWN,
  MODEL_OVERRIDE,
  MODEL_UNCHANGED,
  NONE,
  OUT_ATTEMPTS,
  OUT_CACHED_TOKENS,
  OUT_CRITICALITY,
  OUT_ENCODE,
  OUT_FIRST,
  OUT_MATCH_OR_REASON,
  OUT_PREFILL,
  OUT_PRIORITY,
  OUT_PROMPT_TOKENS,
  OUT_SEED,
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

/** The header by which an endpoint picker answers, as core/src/endpoint_headers.rs has it. */
const DESTINATION = 'x-gateway-destination-endpoint'

/** The same host at another port. */
const withPort = (address, port) => `${address.replace(/:[^:]*$/, '')}:${port}`

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

/** What concerns the prompt; most requests say nothing of theirs. */
function before(words) {
  // Hashes of blocks have no tokens of their own and may still be cached.
  if (words[OUT_PROMPT_TOKENS] === 0 && words[OUT_CACHED_TOKENS] === 0 && words[OUT_PREFILL] === NONE && words[OUT_ENCODE] === NONE) return null
  return [words[OUT_PROMPT_TOKENS], words[OUT_CACHED_TOKENS], words[OUT_PREFILL], words[OUT_ENCODE]]
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
  /** Tokens of the prompt, those in the cache, endpoints to prefill and to encode on; `null` where there is nothing of it. */
  #before

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
    this.#before = before(words)
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

  get promptTokens() {
    return this.#before === null ? 0 : this.#before[0]
  }

  get cachedTokens() {
    return this.#before === null ? 0 : this.#before[1]
  }

  get prefill() {
    return this.#named(2)
  }

  get encode() {
    return this.#named(3)
  }

  get sessionToken() {
    return btoa(String.fromCharCode(...new TextEncoder().encode(this.endpoint)))
  }

  get destinations() {
    const addresses = [this.address]
    const numbers = this.#fallbackNumbers
    for (let at = 0; at < numbers.length; at += ATTEMPT) {
      if (this.#rule.backendRefs[numbers[at]] === this.#backendRef) addresses.push(this.#endpoints[numbers[at + 1]].address)
    }
    return addresses.filter((address) => address !== null).join(',')
  }

  get endpointHeaders() {
    const { destinations, address } = this
    const headers = []
    if (destinations !== '') {
      const port = this.#rule.primaryPort
      if (port !== null && address !== null) headers.push([DESTINATION, withPort(address, port)], ['x-data-parallel-host-port', address])
      else headers.push([DESTINATION, destinations])
    }
    const before = [['x-prefiller-host-port', this.prefill], ['x-encoder-hosts-ports', this.encode]]
    for (const [name, endpoint] of before) if (endpoint !== null && endpoint.address !== null) headers.push([name, endpoint.address])
    return headers
  }

  toJSON() {
    const { route, rule, mutations } = this
    return { route, rule, ...inJson(this), mutations, fallbacks: this.fallbacks.map(inJson), seed: forJson(this.seed) }
  }

  [INSPECT](_depth, options, inspect) {
    return `Decision ${inspect({ ...this.toJSON(), seed: this.seed }, options)}`
  }

  #named(at) {
    const number = this.#before === null ? NONE : this.#before[at]
    return number === NONE ? null : this.#endpoints[number]
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

module.exports = { Decision }
