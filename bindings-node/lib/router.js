'use strict'
// The router: gathers what the plan reads, asks the native half, and describes its numbers with the tables of the same state.

const { Asked, MANY_OPTIONS } = require('./asked.js')
const { Decision } = require('./decision.js')
const { encode } = require('./encode.js')
const { EventError, InferrouteError, OptionError, RequestError, raise, typeOf } = require('./errors.js')
const { Explanation } = require('./explanation.js')
const { HeaderNames } = require('./headers.js')
const { Journal } = require('./journal.js')
const border = require('./native.js')
const { NoRoute } = require('./no_route.js')
const { HALF } = require('./numbers.js')
const { DEFAULTS, notOptions, optionsJson, planOptions, routerSeed, setNow, text, texts, unknown } = require('./options.js')
const { Plan, frozen } = require('./plan.js')
const { callbacks } = require('./scorers.js')
const { Shadow } = require('./shadow.js')
const { Slots, Ticket } = require('./ticket.js')

class Router {
  #native
  #slots
  #options
  #seed
  #plan
  #state = { version: -1, endpoints: [] }
  /** The drawn models of this plan, by number. Grows; decisions refer to it. */
  #models
  #asked
  #words
  #journal = null
  /** The functions of scorers, on which the native half holds weakly. */
  #callbacks

  constructor(manifests, options) {
    const list = JSON.stringify(texts(manifests))
    this.#options = planOptions(options, DEFAULTS, ['seed', 'journal'])
    this.#seed = routerSeed(options?.seed)
    const journal = options?.journal
    if (journal !== undefined && typeof journal !== 'function') throw new OptionError('OP0002', `option journal is ${typeOf(journal)}; pass a function`)
    this.#asked = new Asked((...body) => this.#native.bodyFacts(...body))
    this.#words = this.#asked.words
    this.#callbacks = callbacks(this.#options, this.#asked)
    const opened = border.native.open(list, optionsJson(this.#options), this.#callbacks, this.#seed.toString(), journal === undefined ? 0 : 1)
    if (typeof opened === 'string') border.open(opened)
    this.#native = opened
    if (journal !== undefined) this.#journal = new Journal(journal, opened.entries)
    this.#slots = new Slots(opened, this.#journal)
    this.#loadPlan()
  }

  decide(headers, options) {
    this.#asked.read(headers, options, true)
    const answer = this.#described(this.#asked.ask(this.#native.decide))
    this.#journal?.drain()
    return answer
  }

  route(headers, options) {
    const answer = this.#routed(headers, options, 0)
    this.#journal?.drain()
    return answer
  }

  routeMany(requests, options) {
    return this.#many(requests, options, 0)
  }

  /** `part` is what each request has beside what it says. */
  #many(requests, options, part) {
    const now = this.#now(options)
    if (typeof requests?.[Symbol.iterator] !== 'function') throw new RequestError('RQ0002', `requests are ${typeOf(requests)}; pass an array of {headers, …}`)
    const many = Array.from(requests, (request) => {
      if (request === null || typeof request !== 'object') throw new RequestError('RQ0002', `a request is ${typeOf(request)}; pass {headers, …}`)
      const { headers, ...parts } = request
      if ('now' in parts) throw unknown('now', MANY_OPTIONS)
      // What is wrong with one of them is told before any is counted.
      this.#asked.read(headers, parts, false)
      return [headers, { ...parts, now }]
    })
    const answers = many.map(([headers, parts]) => this.#routed(headers, parts, part))
    this.#journal?.drain()
    return answers
  }

  decideMany(requests, options) {
    const routed = this.#many(requests, options, border.ONLY_COUNTED)
    return routed.map((answer) => {
      if (!answer.ok) return answer
      answer.cancel()
      return answer.decision
    })
  }

  explain(headers, options) {
    const asked = this.#asked
    asked.read(headers, options, true)
    asked.thrown = []
    try {
      return new Explanation(border.open(asked.ask(this.#native.explain)), asked.thrown)
    } finally {
      asked.thrown = null
    }
  }

  observe(event, options) {
    this.#asked.check()
    let wire
    try {
      wire = encode(event)
    } catch (cause) {
      throw new EventError('EV0000', `not an event: ${cause.message}`, { cause })
    }
    this.#words.fill(0)
    const now = this.#now(options)
    if (now !== undefined) setNow(this.#words, now)
    border.open(this.#native.observe(this.#words, wire))
    this.#journal?.drain()
  }

  update(manifests, options) {
    this.#asked.check()
    const list = JSON.stringify(texts(manifests))
    const merged = planOptions(options, this.#options, [])
    const made = callbacks(merged, this.#asked)
    border.open(this.#native.update(list, optionsJson(merged), made))
    this.#options = merged
    this.#callbacks = made
    this.#loadPlan()
    this.#journal?.drain()
  }

  shadow(manifests, options) {
    this.#asked.check()
    const list = JSON.stringify(texts(manifests))
    const merged = planOptions(options, this.#options, [])
    const made = callbacks(merged, this.#asked)
    const opened = this.#native.shadow(list, optionsJson(merged), made)
    if (typeof opened === 'string') border.open(opened)
    // A shadow's scorers see the prompts of the router's requests.
    this.#asked.hasScorers ||= made.length > 0
    return new Shadow(opened, made)
  }

  endpoints() {
    return border.open(this.#native.endpoints()).endpoints
  }

  get kvCounters() {
    return border.open(this.#native.kvCounters())
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

  #routed(headers, options, part) {
    this.#asked.read(headers, options, false)
    this.#words[border.GIVEN] |= part
    const answer = this.#described(this.#asked.ask(this.#native.route))
    return answer.ok ? new Ticket(answer, this.#slots.take(this.#words[border.OUT_TICKET])) : answer
  }

  /** The only option of calls that have no other. */
  #now(options) {
    if (options === undefined) return undefined
    if (options === null || typeof options !== 'object') throw notOptions(options)
    for (const name in options) if (name !== 'now') throw unknown(name, 'now')
    return options.now
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
    const asked = this.#asked
    const path = words[border.OUT_PATH_CHANGES] === 1 ? this.#native.text() : asked.path
    return new Decision(words, rule, this.#state.endpoints, this.#models, asked.model, path ?? '/', version)
  }

  #loadPlan() {
    this.#plan = new Plan(border.open(this.#native.plan()))
    this.#asked.load(new HeaderNames(this.#plan.headerNames))
    this.#asked.hasScorers ||= this.#callbacks.length > 0
    this.#models = []
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
    this.#state = { version, endpoints: state.endpoints.map(({ id, address }) => Object.freeze({ id, address })) }
  }
}

module.exports = { Router }
