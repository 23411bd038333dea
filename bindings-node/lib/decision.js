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

/** The model to write, that number `model` of an attempt stands for. */
const modelOf = (model, backendRef, models) =>
  model === MODEL_UNCHANGED ? null : model === MODEL_OVERRIDE ? backendRef.model : models[model - MODEL_DRAWN]

/** The header by which an endpoint picker answers, as core/src/endpoint_headers.rs has it. */
const DESTINATION = 'x-gateway-destination-endpoint'

/** The same host at another port. */
const withPort = (address, port) => `${address.replace(/:[^:]*$/, '')}:${port}`

const NO_NUMBERS = Object.freeze([])
const NO_FALLBACKS = Object.freeze([])

/**
 * Numbers of the attempts after the first. All are below 2^31: `| 0` tells the engine, which would make an object of each otherwise. Most decisions have
 * two fallbacks, and a literal is made faster than an array is filled.
 */
function fallbackNumbers(words, at) {
  const count = ATTEMPT * (words[at + OUT_ATTEMPTS] - 1)
  if (count === 0) return NO_NUMBERS
  const from = at + OUT_FIRST + ATTEMPT
  if (count === 2 * ATTEMPT) {
    return [words[from] | 0, words[from + 1] | 0, words[from + 2] | 0, words[from + 3] | 0, words[from + 4] | 0, words[from + 5] | 0]
  }
  return Array.from(words.subarray(from, from + count))
}

/** What concerns the prompt; most requests say nothing of theirs. */
function before(words, at) {
  const [tokens, cached, prefill, encode] = [words[at + OUT_PROMPT_TOKENS], words[at + OUT_CACHED_TOKENS], words[at + OUT_PREFILL], words[at + OUT_ENCODE]]
  // Hashes of blocks have no tokens of their own and may still be cached.
  return tokens === 0 && cached === 0 && prefill === NONE && encode === NONE ? null : [tokens, cached, prefill, encode]
}

const inJson = ({ backend, pool, endpoint, address, model }) => ({ backend, pool, endpoint, address, model })

class Decision {
  #rule
  #state
  #models
  #backendRef
  #endpoint
  #model
  #fallbackNumbers
  #fallbacks
  #matchIndex
  #requestModel
  #path
  #criticality
  #priority
  #seedLow
  #seedHigh
  /** Tokens of the prompt, those in the cache, endpoints to prefill and to encode on; `null` where there is nothing of it. */
  #before

  /**
   * The numbers of the decision stand in `words` from `at` on; tables that change are replaced, never written to, but for `models`, which only grows. All
   * is looked up when it is asked for: what is kept here are references and whole numbers of 32 bits, which take no objects of their own.
   */
  constructor(words, at, rule, state, models, requestModel, path) {
    this.#rule = rule
    this.#state = state
    this.#models = models
    this.#backendRef = rule.backendRefs[words[at + OUT_FIRST]]
    this.#endpoint = words[at + OUT_FIRST + 1] | 0
    this.#model = words[at + OUT_FIRST + 2] | 0
    this.#fallbackNumbers = fallbackNumbers(words, at)
    this.#fallbacks = null
    this.#matchIndex = words[at + OUT_MATCH_OR_REASON] | 0
    this.#requestModel = requestModel
    this.#path = path
    this.#criticality = words[at + OUT_CRITICALITY] | 0
    this.#priority = words[at + OUT_PRIORITY] | 0
    this.#seedLow = words[at + OUT_SEED] | 0
    this.#seedHigh = words[at + OUT_SEED + 1] | 0
    this.#before = before(words, at)
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
    return this.#state.endpoints[this.#endpoint].id
  }

  get address() {
    return this.#state.endpoints[this.#endpoint].address
  }

  get model() {
    return this.modelOverride ?? this.#requestModel ?? null
  }

  get modelOverride() {
    return modelOf(this.#model, this.#backendRef, this.#models)
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
    return joined(this.#seedLow >>> 0, this.#seedHigh >>> 0)
  }

  get stateVersion() {
    return this.#state.version
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
      if (this.#rule.backendRefs[numbers[at]] === this.#backendRef) addresses.push(this.#state.endpoints[numbers[at + 1]].address)
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
    return number === NONE ? null : this.#state.endpoints[number]
  }

  #namedFallbacks() {
    const numbers = this.#fallbackNumbers
    if (numbers.length === 0) return NO_FALLBACKS
    const attempts = []
    for (let at = 0; at < numbers.length; at += ATTEMPT) {
      const backendRef = this.#rule.backendRefs[numbers[at]]
      const endpoint = this.#state.endpoints[numbers[at + 1]]
      const modelOverride = modelOf(numbers[at + 2], backendRef, this.#models)
      const { backend, pool, mutations } = backendRef
      const model = modelOverride ?? this.#requestModel ?? null
      attempts.push(Object.freeze({ backend, pool, endpoint: endpoint.id, address: endpoint.address, model, modelOverride, mutations }))
    }
    return Object.freeze(attempts)
  }
}

module.exports = { Decision }
