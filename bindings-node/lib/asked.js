'use strict'
// The request of a call, read from the shapes that hosts have it in to what crosses the border.

const { RequestError } = require('./errors.js')
const { combined } = require('./headers.js')
const border = require('./native.js')
const { GIVEN, HAS_REPEATED, NONE, NOW, PROMPT_TOKENS, ROUTER, SIZE, TEXT_BYTES } = border
const { bytes, flag, notOptions, prompt, setNow, setPort, setPromptTokens, setSeed, text, unknown } = require('./options.js')
const { FIXED, Texts, say } = require('./said.js')

const MANY_OPTIONS = 'model, host, path, method, gateway, clientNamespace, port, pool, objective, prompt, promptTokens, tenant, subset, multimodal, body, contentType'
const ROUTE_OPTIONS = `${MANY_OPTIONS}, now`
const DECIDE_OPTIONS = `${ROUTE_OPTIONS}, seed`

/** One for all calls of a router. A scorer of the host's own looks at it too. */
class Asked {
  constructor(bodyFacts) {
    this.bodyFacts = bodyFacts
    /** The number that the native half has the router by. */
    this.router = 0
    /** The numbers of a call; behind them what the request has, then its texts where they have room. */
    this.buffer = null
    this.words = null
    /** The last of it. */
    this.bytes = null
    this.texts = new Texts()
    /** The texts of a call as a string where they have no room among its numbers. */
    this.apart = undefined
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
    this.values = new Array(headerNames.count).fill(undefined)
    const numbers = border.SIZE + FIXED + headerNames.count
    this.buffer = new ArrayBuffer(Uint32Array.BYTES_PER_ELEMENT * numbers + border.TEXT_ROOM)
    this.words = new Uint32Array(this.buffer)
    this.bytes = new Uint8Array(this.buffer, Uint32Array.BYTES_PER_ELEMENT * numbers)
  }

  /** Refuses a scorer that asks the router that is asking it. */
  check() {
    if (this.isScoring) throw new RequestError('RQ0005', 'a scorer asks the router that is asking it; rate by what the scorer is given')
  }

  /** Reads the arguments of a call. */
  read(headers, options, mayHaveSeed) {
    this.check()
    const words = this.words
    words[GIVEN] = 0
    words[NOW] = 0
    words[NOW + 1] = 0
    words[PROMPT_TOKENS] = 0
    if (this.hasOptions) this.#clear()
    if (options !== undefined) this.#readOptions(options, mayHaveSeed)
    const values = this.values
    for (let index = 0; index < values.length; index += 1) values[index] = undefined
    if (headers !== undefined && headers !== null && this.headerNames.gather(headers, values)) words[GIVEN] |= HAS_REPEATED
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
    this.subset = undefined
    this.pool = undefined
    this.prompt = undefined
  }

  #readOptions(options, mayHaveSeed) {
    if (options === null || typeof options !== 'object') throw notOptions(options)
    this.hasOptions = true
    let body, contentType, multimodal
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
      else if (name === 'pool') this.pool = text('pool', value)
      else if (name === 'prompt') this.prompt = prompt(value, this.hasScorers)
      else if (name === 'promptTokens') setPromptTokens(this.words, value)
      else if (name === 'tenant') this.tenant = text('tenant', value)
      else if (name === 'subset') this.subset = text('subset', value)
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
    let parts = border.HAS_OPTIONS | (multimodal ? border.HAS_MEDIA : 0)
    if (this.prompt !== undefined) parts |= border.HAS_PROMPT
    this.words[border.GIVEN] |= parts
  }

  /** Writes the request that was read to what crosses the border. */
  say() {
    const { words, texts } = this
    texts.begin()
    say(this, words, SIZE, texts)
    const length = texts.pack(this.bytes)
    words[TEXT_BYTES] = length
    words[ROUTER] = this.router
    this.apart = length === NONE ? texts.asOne() : undefined
  }

  /** The request as a scorer of the host's own sees it. */
  request() {
    const headers = {}
    this.headerNames.names.forEach((name, index) => {
      if (this.values[index] !== undefined) Object.defineProperty(headers, name, { value: combined(this.values[index]), enumerable: true })
    })
    const { model = null, host = null, path = '/', method = 'GET', tenant = null } = this
    return { model, host, path, method, tenant, headers }
  }
}

module.exports = { Asked, MANY_OPTIONS }
