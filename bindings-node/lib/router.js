'use strict'
// The router: gathers what the plan reads, asks the native half, and describes its numbers with the tables of the same state.

const { Decision, NoRoute } = require('./decision.js')
const { EventError, InferrouteError, RequestError, raise } = require('./errors.js')
const { Explanation } = require('./explanation.js')
const { HeaderNames } = require('./headers.js')
const border = require('./native.js')
const { HALF } = require('./numbers.js')
const { DEFAULTS, notOptions, planOptions, routerSeed, bytes, setNow, setPort, setSeed, text, texts, unknown } = require('./options.js')
const { Plan, frozen } = require('./plan.js')
const { Slots, Ticket } = require('./ticket.js')

const ROUTE_OPTIONS = 'model, host, path, method, gateway, clientNamespace, port, objective, body, contentType, now'
const DECIDE_OPTIONS = `${ROUTE_OPTIONS}, seed`

/** Values up to this many go over the border one by one, more as an array; src/router.rs has the same number. */
const FEW = 8

class Router {
  #native
  #slots
  #options
  #seed
  #plan
  #headerNames
  #values
  #state = { version: -1, endpoints: [] }
  /** The drawn models of this plan, by number. Grows; decisions refer to it. */
  #models
  #words = new Uint32Array(border.SIZE)
  /** Of the request under way. */
  #model
  #host
  #path
  #method
  #gateway
  #clientNamespace
  #objective

  constructor(manifests, options) {
    const list = JSON.stringify(texts(manifests))
    this.#options = planOptions(options, DEFAULTS, ['seed'])
    this.#seed = routerSeed(options?.seed)
    const opened = border.native.open(list, JSON.stringify(this.#options), this.#seed.toString())
    if (typeof opened === 'string') border.open(opened)
    this.#native = opened
    this.#slots = new Slots(opened.finish)
    this.#loadPlan()
  }

  decide(headers, options) {
    this.#read(headers, options, true)
    return this.#described(this.#ask(this.#native.decide))
  }

  route(headers, options) {
    this.#read(headers, options, false)
    const answer = this.#described(this.#ask(this.#native.route))
    return answer.ok ? new Ticket(answer, this.#slots.take(this.#words[border.OUT_TICKET])) : answer
  }

  explain(headers, options) {
    this.#read(headers, options, true)
    return new Explanation(border.open(this.#ask(this.#native.explain)))
  }

  observe(event, options) {
    let wire
    try {
      wire = JSON.stringify(event)
    } catch (cause) {
      throw new EventError('EV0000', `not an event: ${cause.message}`, { cause })
    }
    this.#words.fill(0)
    if (options !== undefined) {
      if (options === null || typeof options !== 'object') throw notOptions(options)
      for (const name in options) {
        if (name !== 'now') throw unknown(name, 'now')
        if (options.now !== undefined) setNow(this.#words, options.now)
      }
    }
    border.open(this.#native.observe(this.#words, wire ?? 'null'))
  }

  update(manifests, options) {
    const list = JSON.stringify(texts(manifests))
    const merged = planOptions(options, this.#options, [])
    border.open(this.#native.update(list, JSON.stringify(merged)))
    this.#options = merged
    this.#loadPlan()
  }

  endpoints() {
    const { endpoints } = border.open(this.#native.endpoints())
    return endpoints.map(({ id, address, ready, in_flight: inFlight }) => ({ id, address, ready, inFlight }))
  }

  publishedModels(host) {
    const models = border.open(this.#native.published(text('host', host)))
    return models.map(({ id, owned_by: ownedBy, created }) => ({ id, ownedBy, created }))
  }

  get warnings() {
    return this.#plan.warnings
  }

  get headerNames() {
    return this.#plan.headerNames
  }

  get pools() {
    return this.#plan.pools
  }

  get seed() {
    return this.#seed
  }

  get stateVersion() {
    return border.open(this.#native.version())
  }

  /** Reads the arguments of a call into `#values`, `#words` and the parts of the request. */
  #read(headers, options, mayHaveSeed) {
    const words = this.#words
    words[border.GIVEN] = 0
    words[border.NOW] = 0
    words[border.NOW + 1] = 0
    this.#model = undefined
    this.#host = undefined
    this.#path = undefined
    this.#method = undefined
    this.#gateway = undefined
    this.#clientNamespace = undefined
    this.#objective = undefined
    if (options !== undefined) this.#readOptions(options, mayHaveSeed)
    const values = this.#values
    for (let index = 0; index < values.length; index += 1) values[index] = undefined
    if (headers !== undefined && headers !== null) this.#headerNames.gather(headers, values)
  }

  #readOptions(options, mayHaveSeed) {
    if (options === null || typeof options !== 'object') throw notOptions(options)
    let body, contentType
    for (const name in options) {
      const value = options[name]
      if (name === 'model') this.#model = text('model', value)
      else if (name === 'host') this.#host = text('host', value)
      else if (name === 'path') this.#path = text('path', value)
      else if (name === 'method') this.#method = text('method', value)
      else if (name === 'gateway') this.#gateway = text('gateway', value)
      else if (name === 'clientNamespace') this.#clientNamespace = text('clientNamespace', value)
      else if (name === 'objective') this.#objective = text('objective', value)
      else if (name === 'port') setPort(this.#words, value)
      else if (name === 'body') body = bytes(value)
      else if (name === 'contentType') contentType = text('contentType', value)
      else if (name === 'now') value === undefined || setNow(this.#words, value)
      else if (name === 'seed' && mayHaveSeed) value === undefined || setSeed(this.#words, value)
      else throw unknown(name, mayHaveSeed ? DECIDE_OPTIONS : ROUTE_OPTIONS)
    }
    if (this.#gateway !== undefined && this.#clientNamespace !== undefined) {
      throw new RequestError('RQ0004', 'a request comes through a gateway or from a clientNamespace; pass one')
    }
    if (body !== undefined && this.#model === undefined) {
      this.#model = border.open(this.#native.bodyModel(body, this.#path ?? '/', contentType)) ?? undefined
    }
    this.#words[border.GIVEN] |=
      (this.#model === undefined ? 0 : border.HAS_MODEL) |
      (this.#host === undefined ? 0 : border.HAS_HOST) |
      (this.#path === undefined ? 0 : border.HAS_PATH) |
      (this.#method === undefined ? 0 : border.HAS_METHOD) |
      (this.#gateway === undefined ? 0 : border.HAS_GATEWAY) |
      (this.#clientNamespace === undefined ? 0 : border.HAS_CLIENT_NAMESPACE) |
      (this.#objective === undefined ? 0 : border.HAS_OBJECTIVE)
  }

  #ask(native) {
    const v = this.#values
    return this.#headerNames.count <= FEW
      ? native(this.#words, this.#model, this.#host, this.#path, this.#method, this.#gateway, this.#objective, this.#clientNamespace, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
      : native(this.#words, this.#model, this.#host, this.#path, this.#method, this.#gateway, this.#objective, this.#clientNamespace, v)
  }

  /** The decision or refusal that the native half answered with. */
  #described(kind) {
    if (typeof kind !== 'number') raise(JSON.parse(kind).error)
    const words = this.#words
    const rule = this.#plan.rules[words[border.OUT_RULE]]
    if (kind === border.NO_ROUTE) return new NoRoute(words, rule, null, null)
    if (kind === border.REDIRECT) return new NoRoute(words, rule, frozen(JSON.parse(this.#native.text())), null)
    if (kind === border.DIRECT_RESPONSE) return new NoRoute(words, rule, null, frozen(JSON.parse(this.#native.text())))
    const version = words[border.OUT_VERSION] + words[border.OUT_VERSION + 1] * HALF
    if (this.#state.version !== version) this.#loadEndpoints(version)
    if (this.#models.length !== words[border.OUT_MODELS]) this.#loadModels()
    const path = words[border.OUT_PATH_CHANGES] === 1 ? this.#native.text() : this.#path
    return new Decision(words, rule, this.#state.endpoints, this.#models, this.#model, path ?? '/', version)
  }

  #loadPlan() {
    this.#plan = new Plan(border.open(this.#native.plan()))
    this.#headerNames = new HeaderNames(this.#plan.headerNames)
    this.#models = []
    this.#values = new Array(Math.max(FEW, this.#headerNames.count)).fill(undefined)
  }

  #loadModels() {
    const names = border.open(this.#native.models())
    for (let number = this.#models.length; number < names.length; number += 1) this.#models.push(names[number])
  }

  /** Loads the table of endpoints; nothing can have changed the state since the decision of that version. */
  #loadEndpoints(version) {
    const state = border.open(this.#native.endpoints())
    if (state.version !== version) {
      throw new InferrouteError('IR0000', `a fault inside inferroute, please report it: state ${state.version} describes a decision on ${version}`)
    }
    this.#state = state
  }
}

module.exports = { Router }
