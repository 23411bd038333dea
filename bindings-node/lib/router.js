'use strict'
// The router: gathers what the plan reads, asks the native half, and describes its numbers with the tables of the same state.

const { Asked, MANY_OPTIONS } = require('./asked.js')
const { Batch } = require('./batch.js')
const { decision } = require('./decision.js')
const { encode } = require('./encode.js')
const { EventError, InferrouteError, OptionError, RequestError, raise, typeOf } = require('./errors.js')
const { Explanation } = require('./explanation.js')
const { HeaderNames } = require('./headers.js')
const { Journal } = require('./journal.js')
const border = require('./native.js')
const { DIRECT_RESPONSE, GIVEN, NO_ROUTE, OUT_KIND, OUT_MODELS, OUT_PATH_CHANGES, OUT_RULE, OUT_VERSION, REDIRECT, ROUTE } = border
const { NoRoute } = require('./no_route.js')
const { HALF } = require('./numbers.js')
const { DEFAULTS, notOptions, optionsJson, planOptions, routerSeed, setNow, text, texts, unknown } = require('./options.js')
const { Plan, frozen } = require('./plan.js')
const { callbacks } = require('./scorers.js')
const { Shadow } = require('./shadow.js')
const { Slots, Ticket } = require('./ticket.js')

/** What a request has beside its headers; `undefined` where it has nothing else, as most have. */
function partsOf(request) {
  for (const name in request) {
    if (name === 'headers' || !Object.hasOwn(request, name)) continue
    const { headers, ...parts } = request
    return parts
  }
  return undefined
}

class Router {
  #native
  #slots
  #options
  #seed
  #plan
  #state = { version: -1, versionLow: -1, versionHigh: -1, endpoints: [] }
  /** The drawn models of this plan, by number. Grows; decisions refer to it. */
  #models
  #asked
  /** What batches are read into; `null` while one is under way. */
  #batch = null
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
    this.#callbacks = callbacks(this.#options, this.#asked)
    const opened = border.native.open(list, optionsJson(this.#options), this.#callbacks, this.#seed.toString(), journal === undefined ? 0 : 1)
    if (typeof opened === 'string') border.open(opened)
    this.#native = opened
    this.#asked.router = opened.number()
    if (journal !== undefined) this.#journal = new Journal(journal, opened.entries)
    this.#slots = new Slots(opened, this.#journal)
    this.#loadPlan()
  }

  decide(headers, options) {
    const asked = this.#asked
    asked.read(headers, options, true)
    asked.say()
    const answer = this.#described(border.native.decide(asked.buffer, asked.apart, asked.prompt))
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

  decideMany(requests, options) {
    return this.#many(requests, options, border.ONLY_COUNTED)
  }

  /** `part` is what each request has beside what it says. */
  #many(requests, options, part) {
    const now = this.#now(options)
    if (typeof requests?.[Symbol.iterator] !== 'function') throw new RequestError('RQ0002', `requests are ${typeOf(requests)}; pass an array of {headers, …}`)
    const asked = this.#asked
    // What reads a request may ask for another batch meanwhile: that one gets a place of its own.
    const batch = this.#batch ?? new Batch()
    this.#batch = null
    try {
      // Scorers of the host's own look at one request at a time; prompts are read where they stand.
      let atOnce = !asked.hasScorers
      /** Of each request its headers and what it has beside: read once, so that what was found right is what is asked. With room from the start, most often for all. */
      const room = Array.isArray(requests) ? requests.length : 0
      const headers = new Array(room)
      const parts = new Array(room)
      batch.begin(room)
      let count = 0
      for (const request of requests) {
        if (request === null || typeof request !== 'object') throw new RequestError('RQ0002', `a request is ${typeOf(request)}; pass {headers, …}`)
        const beside = partsOf(request)
        if (beside !== undefined && 'now' in beside) throw unknown('now', MANY_OPTIONS)
        const own = request.headers
        headers[count] = own
        parts[count] = beside
        count += 1
        // What is wrong with one of them is told before any is counted.
        asked.read(own, beside, false)
        asked.words[GIVEN] |= part
        atOnce &&= asked.prompt === undefined
        if (atOnce) batch.add(asked)
      }
      headers.length = count
      const answers = atOnce ? this.#atOnce(batch, now, part) : this.#inTurn(headers, parts, now, part)
      this.#journal?.drain()
      return answers
    } finally {
      this.#batch = batch
    }
  }

  #atOnce(batch, now, part) {
    const { count } = batch
    if (count === 0) return []
    const words = this.#onlyNow(now)
    words[GIVEN] = part
    const [texts, said, out] = batch.arguments()
    const answer = this.#native.many(words.buffer, texts, said, out.buffer)
    const told = answer === undefined ? [] : JSON.parse(answer)
    if (!Array.isArray(told)) raise(told.error)
    const answers = new Array(count)
    for (let index = 0; index < count; index += 1) {
      const at = index * border.SIZE
      const made = this.#made(out, at, batch.models[index], batch.paths[index], told)
      answers[index] = made.ok && part === 0 ? new Ticket(made, this.#slots.take(out[at + border.OUT_TICKET])) : made
    }
    return answers
  }

  #inTurn(headers, parts, now, part) {
    const routed = headers.map((each, index) => this.#routed(each, { ...parts[index], now }, part))
    if (part === 0) return routed
    return routed.map((answer) => {
      if (!answer.ok) return answer
      answer.cancel()
      return answer.decision
    })
  }

  explain(headers, options) {
    const asked = this.#asked
    asked.read(headers, options, true)
    asked.say()
    asked.thrown = []
    try {
      return new Explanation(border.open(border.native.explain(asked.buffer, asked.apart, asked.prompt)), asked.thrown)
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
    const words = this.#onlyNow(this.#now(options))
    border.open(this.#native.observe(words.buffer, wire))
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
    const asked = this.#asked
    asked.read(headers, options, false)
    asked.words[GIVEN] |= part
    asked.say()
    const answer = this.#described(border.native.route(asked.buffer, asked.apart, asked.prompt))
    return answer.ok ? new Ticket(answer, this.#slots.take(asked.words[border.OUT_TICKET])) : answer
  }

  /** The only option of calls that have no other. */
  #now(options) {
    if (options === undefined) return undefined
    if (options === null || typeof options !== 'object') throw notOptions(options)
    for (const name in options) if (name !== 'now') throw unknown(name, 'now')
    return options.now
  }

  /** The numbers of a call that has a time and nothing else. */
  #onlyNow(now) {
    const { words } = this.#asked
    words.fill(0)
    if (now !== undefined) setNow(words, now)
    return words
  }

  /** The decision or refusal that the native half wrote; what it answers with is a failure. */
  #described(failure) {
    if (failure !== undefined) raise(JSON.parse(failure).error)
    return this.#made(this.#asked.words, 0, this.#asked.model, this.#asked.path, null)
  }

  /** The decision or refusal whose numbers stand in `words` from `at` on. `texts` are those of a batch, which are taken in order. */
  #made(words, at, model, path, texts) {
    if (words[at + OUT_KIND] !== ROUTE) return this.#refusal(words, at, texts)
    const { versionLow, versionHigh } = this.#state
    if (versionLow !== words[at + OUT_VERSION] || versionHigh !== words[at + OUT_VERSION + 1]) this.#loadEndpoints(words[at + OUT_VERSION], words[at + OUT_VERSION + 1])
    if (this.#models.length !== words[at + OUT_MODELS]) this.#loadModels()
    const changed = words[at + OUT_PATH_CHANGES] === 1 ? this.#text(texts) : (path ?? '/')
    return decision(words, at, this.#plan.rules[words[at + OUT_RULE]], this.#state, this.#models, model, changed)
  }

  #refusal(words, at, texts) {
    const kind = words[at + OUT_KIND]
    const beside = kind === NO_ROUTE ? null : frozen(JSON.parse(this.#text(texts)))
    return new NoRoute(words, at, this.#plan.rules[words[at + OUT_RULE]], kind === REDIRECT ? beside : null, kind === DIRECT_RESPONSE ? beside : null)
  }

  #text(texts) {
    return texts === null ? this.#native.text() : texts.shift()
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
  #loadEndpoints(versionLow, versionHigh) {
    const version = versionLow + versionHigh * HALF
    const state = border.open(this.#native.endpoints())
    if (state.version !== version) {
      throw new InferrouteError('IR0000', `a fault inside inferroute, please report it: state ${state.version} describes a decision on ${version}`)
    }
    this.#state = { version, versionLow, versionHigh, endpoints: state.endpoints.map(({ id, address }) => Object.freeze({ id, address })) }
  }
}

module.exports = { Router }
