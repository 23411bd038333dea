'use strict'
// The request of a call, read from the shapes that hosts have it in to what crosses the border.

const { RequestError } = require('./errors.js')
const { joined } = require('./headers.js')
const border = require('./native.js')
const { bytes, flag, notOptions, prompt, setNow, setPort, setPromptTokens, setSeed, text, unknown } = require('./options.js')

const MANY_OPTIONS = 'model, host, path, method, gateway, clientNamespace, port, objective, prompt, promptTokens, tenant, subset, multimodal, body, contentType'
const ROUTE_OPTIONS = `${MANY_OPTIONS}, now`
const DECIDE_OPTIONS = `${ROUTE_OPTIONS}, seed`

/** Values up to this many go over the border one by one, more as an array; src/asked.rs has the same number. */
const FEW = 8

/** One for all calls of a router. A scorer of the host's own looks at it too. */
class Asked {
  constructor(bodyFacts) {
    this.bodyFacts = bodyFacts
    this.words = new Uint32Array(border.SIZE)
    this.headerNames = null
    this.values = null
    /** Whether a scorer of the host's own runs, which may not ask in turn. */
    this.isScoring = false
    /** Whether there ever was such a scorer, here or in a shadow: it could reach an array that is read meanwhile. */
    this.hasScorers = false
    /** What scorers threw while a decision was explained; `null` where nobody asks. */
    this.thrown = null
    this.#clear()
  }

  /** Takes the header names of another plan. */
  load(headerNames) {
    this.headerNames = headerNames
    this.values = new Array(Math.max(FEW, headerNames.count)).fill(undefined)
  }

  /** Refuses a scorer that asks the router that is asking it. */
  check() {
    if (this.isScoring) throw new RequestError('RQ0005', 'a scorer asks the router that is asking it; rate by what the scorer is given')
  }

  /** Reads the arguments of a call. */
  read(headers, options, mayHaveSeed) {
    this.check()
    const words = this.words
    words[border.GIVEN] = 0
    words[border.NOW] = 0
    words[border.NOW + 1] = 0
    words[border.PROMPT_TOKENS] = 0
    if (this.hasOptions) this.#clear()
    if (options !== undefined) this.#readOptions(options, mayHaveSeed)
    const values = this.values
    for (let index = 0; index < values.length; index += 1) values[index] = undefined
    if (headers !== undefined && headers !== null && this.headerNames.gather(headers, values)) words[border.GIVEN] |= border.HAS_REPEATED
  }

  #clear() {
    this.hasOptions = false
    this.model = undefined
    this.host = undefined
    this.path = undefined
    this.method = undefined
    this.gateway = undefined
    this.clientNamespace = undefined
    this.objective = undefined
    this.tenant = undefined
    this.more = undefined
  }

  #readOptions(options, mayHaveSeed) {
    if (options === null || typeof options !== 'object') throw notOptions(options)
    this.hasOptions = true
    let body, contentType, given, multimodal, subset
    for (const name in options) {
      const value = options[name]
      if (name === 'model') this.model = text('model', value)
      else if (name === 'host') this.host = text('host', value)
      else if (name === 'path') this.path = text('path', value)
      else if (name === 'method') this.method = text('method', value)
      else if (name === 'gateway') this.gateway = text('gateway', value)
      else if (name === 'clientNamespace') this.clientNamespace = text('clientNamespace', value)
      else if (name === 'objective') this.objective = text('objective', value)
      else if (name === 'port') setPort(this.words, value)
      else if (name === 'prompt') given = prompt(value, this.hasScorers)
      else if (name === 'promptTokens') setPromptTokens(this.words, value)
      else if (name === 'tenant') this.tenant = text('tenant', value)
      else if (name === 'subset') subset = text('subset', value)
      else if (name === 'multimodal') multimodal = flag('multimodal', value)
      else if (name === 'body') body = bytes('body', value)
      else if (name === 'contentType') contentType = text('contentType', value)
      else if (name === 'now') value === undefined || setNow(this.words, value)
      else if (name === 'seed' && mayHaveSeed) value === undefined || setSeed(this.words, value)
      else throw unknown(name, mayHaveSeed ? DECIDE_OPTIONS : ROUTE_OPTIONS)
    }
    if (this.gateway !== undefined && this.clientNamespace !== undefined) {
      throw new RequestError('RQ0004', 'a request comes through a gateway or from a clientNamespace; pass one')
    }
    if (body !== undefined && this.model === undefined) {
      const { model, hasMedia } = border.open(this.bodyFacts(body, this.path ?? '/', contentType))
      this.model = model ?? undefined
      multimodal ??= hasMedia
    }
    let parts = multimodal ? border.HAS_MEDIA : 0
    if (this.model !== undefined) parts |= border.HAS_MODEL
    if (this.host !== undefined) parts |= border.HAS_HOST
    if (this.path !== undefined) parts |= border.HAS_PATH
    if (this.method !== undefined) parts |= border.HAS_METHOD
    if (this.gateway !== undefined) parts |= border.HAS_GATEWAY
    if (this.clientNamespace !== undefined) parts |= border.HAS_CLIENT_NAMESPACE
    if (this.objective !== undefined) parts |= border.HAS_OBJECTIVE
    if (given !== undefined || this.tenant !== undefined || subset !== undefined) {
      this.more = [given, this.tenant, subset]
      parts |= border.HAS_MORE
    }
    this.words[border.GIVEN] |= parts
  }

  /** Asks a function of the native half. */
  ask(native) {
    const v = this.values
    return this.headerNames.count <= FEW
      ? native(this.words, this.model, this.host, this.path, this.method, this.gateway, this.objective, this.clientNamespace, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], this.more)
      : native(this.words, this.model, this.host, this.path, this.method, this.gateway, this.objective, this.clientNamespace, v, undefined, undefined, undefined, undefined, undefined, undefined, undefined, this.more)
  }

  /** The request as a scorer of the host's own sees it. */
  request() {
    const headers = {}
    this.headerNames.names.forEach((name, index) => {
      if (this.values[index] !== undefined) Object.defineProperty(headers, name, { value: joined(this.values[index]), enumerable: true })
    })
    const { model = null, host = null, path = '/', method = 'GET', tenant = null } = this
    return { model, host, path, method, tenant, headers }
  }
}

module.exports = { Asked, MANY_OPTIONS }
