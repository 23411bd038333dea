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

/** Where the numbers of the second attempt begin, of the third, and of those after it. */
const SECOND = OUT_FIRST + ATTEMPT
const THIRD = SECOND + ATTEMPT
const FOURTH = THIRD + ATTEMPT

/** Numbers of the attempts after the third. Few decisions have so many. */
function more(words, at) {
  const end = OUT_FIRST + ATTEMPT * words[at + OUT_ATTEMPTS]
  return end > FOURTH ? Array.from(words.subarray(at + FOURTH, at + end)) : NO_NUMBERS
}

/** Tokens of the prompt, those in the cache, endpoints to prefill and to encode on; `null` where there is nothing of it, as most requests have. */
function before(words, at) {
  const isCold = words[at + OUT_PROMPT_TOKENS] === 0 && words[at + OUT_CACHED_TOKENS] === 0
  // Hashes of blocks have no tokens of their own and may still be cached.
  if (isCold && words[at + OUT_PREFILL] === NONE && words[at + OUT_ENCODE] === NONE) return null
  return [words[at + OUT_PROMPT_TOKENS], words[at + OUT_CACHED_TOKENS], words[at + OUT_PREFILL], words[at + OUT_ENCODE]]
}

const inJson = ({ backend, pool, endpoint, address, model }) => ({ backend, pool, endpoint, address, model })

class Decision {
  #kept

  /** `kept` is what `decision` keeps. */
  constructor(kept) {
    this.#kept = kept
  }

  get ok() {
    return true
  }

  get route() {
    return this.#kept.rule.route
  }

  get rule() {
    return this.#kept.rule.index
  }

  get ruleName() {
    return this.#kept.rule.name
  }

  get matchIndex() {
    return this.#kept.matchIndex
  }

  get backend() {
    return this.#backendRef.backend
  }

  get pool() {
    return this.#backendRef.pool
  }

  get endpoint() {
    return this.#kept.state.endpoints[this.#kept.endpoint].id
  }

  get address() {
    return this.#kept.state.endpoints[this.#kept.endpoint].address
  }

  get model() {
    return this.modelOverride ?? this.#kept.requestModel ?? null
  }

  get modelOverride() {
    return modelOf(this.#kept.model, this.#backendRef, this.#kept.models)
  }

  get fallbacks() {
    return (this.#kept.fallbacks ??= this.#namedFallbacks())
  }

  get mutations() {
    return this.#backendRef.mutations
  }

  get rewrittenPath() {
    return this.#kept.path
  }

  get criticality() {
    return CRITICALITIES[this.#kept.criticality]
  }

  get priority() {
    return this.#kept.priority
  }

  get seed() {
    return joined(this.#kept.seedLow >>> 0, this.#kept.seedHigh >>> 0)
  }

  get stateVersion() {
    return this.#kept.state.version
  }

  get promptTokens() {
    return this.#kept.before === null ? 0 : this.#kept.before[0]
  }

  get cachedTokens() {
    return this.#kept.before === null ? 0 : this.#kept.before[1]
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
    const numbers = this.#fallbackNumbers()
    for (let at = 0; at < numbers.length; at += ATTEMPT) {
      if (numbers[at] === this.#kept.backendRef) addresses.push(this.#kept.state.endpoints[numbers[at + 1]].address)
    }
    return addresses.filter((address) => address !== null).join(',')
  }

  get endpointHeaders() {
    const { destinations, address } = this
    const headers = []
    if (destinations !== '') {
      const port = this.#kept.rule.primaryPort
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
    const number = this.#kept.before === null ? NONE : this.#kept.before[at]
    return number === NONE ? null : this.#kept.state.endpoints[number]
  }

  get #backendRef() {
    return this.#kept.rule.backendRefs[this.#kept.backendRef]
  }

  /** BackendRef, endpoint and model of each attempt after the first, one after the other. */
  #fallbackNumbers() {
    const { attempts, backendRef2, endpoint2, model2, backendRef3, endpoint3, model3, more } = this.#kept
    return [backendRef2, endpoint2, model2, backendRef3, endpoint3, model3, ...more].slice(0, ATTEMPT * (attempts - 1))
  }

  #namedFallbacks() {
    const numbers = this.#fallbackNumbers()
    if (numbers.length === 0) return NO_FALLBACKS
    const attempts = []
    for (let at = 0; at < numbers.length; at += ATTEMPT) {
      const backendRef = this.#kept.rule.backendRefs[numbers[at]]
      const endpoint = this.#kept.state.endpoints[numbers[at + 1]]
      const modelOverride = modelOf(numbers[at + 2], backendRef, this.#kept.models)
      const { backend, pool, mutations } = backendRef
      const model = modelOverride ?? this.#kept.requestModel ?? null
      attempts.push(Object.freeze({ backend, pool, endpoint: endpoint.id, address: endpoint.address, model, modelOverride, mutations }))
    }
    return Object.freeze(attempts)
  }
}

/**
 * The decision whose numbers stand in `words` from `at` on; tables that change are replaced, never written to, but for `models`, which only grows. All is
 * looked up when it is asked for: what is kept are references and whole numbers of 32 bits, which take no objects of their own: `| 0` tells the engine.
 * They stand in a literal, which it makes at once; fields of a class are defined one after the other, in so much code that it would not be inlined. Most
 * decisions have two fallbacks, whose numbers stand there, too; an array of them would cost as much as all the rest.
 */
function decision(words, at, rule, state, models, requestModel, path) {
  return new Decision({
    rule,
    state,
    models,
    attempts: words[at + OUT_ATTEMPTS] | 0,
    backendRef: words[at + OUT_FIRST] | 0,
    endpoint: words[at + OUT_FIRST + 1] | 0,
    model: words[at + OUT_FIRST + 2] | 0,
    backendRef2: words[at + SECOND] | 0,
    endpoint2: words[at + SECOND + 1] | 0,
    model2: words[at + SECOND + 2] | 0,
    backendRef3: words[at + THIRD] | 0,
    endpoint3: words[at + THIRD + 1] | 0,
    model3: words[at + THIRD + 2] | 0,
    more: more(words, at),
    fallbacks: null,
    matchIndex: words[at + OUT_MATCH_OR_REASON] | 0,
    requestModel,
    path,
    criticality: words[at + OUT_CRITICALITY] | 0,
    priority: words[at + OUT_PRIORITY] | 0,
    seedLow: words[at + OUT_SEED] | 0,
    seedHigh: words[at + OUT_SEED + 1] | 0,
    before: before(words, at),
  })
}

module.exports = { Decision, decision }
