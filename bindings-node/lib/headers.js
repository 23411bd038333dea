'use strict'
// From the shapes that hosts have headers in to the values of the names that a plan reads, in the plan's order.

const { RequestError, typeOf } = require('./errors.js')

/** What a Fetch `Headers` accepts as a name; it throws on others. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** Stands between the values of a header that was sent several times, on their way over the border: no header's value has it (RFC 9110, section 5.5). */
const BETWEEN = '\0'

/** Twice as fast as `Object.hasOwn`. */
const hasOwn = Object.prototype.hasOwnProperty

/** The header names of a plan, by length: almost every header of a request is told apart by that alone. */
class HeaderNames {
  constructor(names) {
    this.names = names
    this.count = names.length
    this.hasRepeated = false
    this.areTokens = names.map((name) => TOKEN.test(name))
    this.byLength = Array.from({ length: 1 + Math.max(0, ...names.map((name) => name.length)) }, () => null)
    names.forEach((name, index) => (this.byLength[name.length] ??= []).push(index))
  }

  /** Fills `values` with the values of `headers`; names that are absent stay as they are. Tells whether any was sent several times. */
  gather(headers, values) {
    this.hasRepeated = false
    if (typeof headers !== 'object') throw notHeaders(headers)
    // Asked before, so that the shapes of arrays take no part in the look-up that follows, which is quick for a few shapes.
    if (Array.isArray(headers)) this.#fromPairs(headers, values)
    else if (headers[Symbol.iterator] === undefined) this.#fromObject(headers, values)
    else if (headers[Symbol.toStringTag] === 'Headers') this.#fromFetch(headers, values)
    else this.#fromPairs(headers, values)
    return this.hasRepeated
  }

  #fromObject(headers, values) {
    const byLength = this.byLength
    for (const key in headers) {
      const sameLength = key.length < byLength.length ? byLength[key.length] : null
      // An inherited property is no header.
      if (sameLength !== null) this.#take(sameLength, key, headers, headers[key], values)
    }
  }

  #fromPairs(headers, values) {
    let position = 0
    for (const entry of headers) {
      if (!Array.isArray(entry)) throw notPair(entry, position)
      const [key, value] = entry
      if (typeof key !== 'string') throw new RequestError('RQ0001', `the name of header number ${position} is ${typeOf(key)}; pass a string`)
      const sameLength = key.length < this.byLength.length ? this.byLength[key.length] : null
      if (sameLength !== null) this.#take(sameLength, key, null, value, values)
      position += 1
    }
  }

  #fromFetch(headers, values) {
    for (let index = 0; index < this.count; index += 1) {
      const value = this.areTokens[index] ? headers.get(this.names[index]) : null
      if (value !== null) values[index] = value
    }
  }

  #take(candidates, key, owner, value, values) {
    for (let which = 0; which < candidates.length; which += 1) {
      const index = candidates[which]
      if (!sameName(key, this.names[index])) continue
      if (value === undefined || (owner !== null && !hasOwn.call(owner, key))) return
      if (values[index] === undefined && typeof value === 'string') values[index] = value
      else this.#takeAlso(index, key, value, values)
      return
    }
  }

  /** Takes a list of values, or one more value. */
  #takeAlso(index, key, value, values) {
    for (const text of typeof value === 'string' ? [value] : listed(key, value)) {
      this.hasRepeated ||= values[index] !== undefined
      values[index] = values[index] === undefined ? text : `${values[index]}${BETWEEN}${text}`
    }
  }
}

/** The value that all values of a header are together (RFC 9110, section 5.3). */
function combined(value) {
  return value.replaceAll(BETWEEN, ',')
}

/** The names are equal up to the case of ASCII letters; `name` is in lower case and as long as `key`. */
function sameName(key, name) {
  if (key === name) return true
  for (let at = 0; at < name.length; at += 1) {
    const have = key.charCodeAt(at)
    const want = name.charCodeAt(at)
    if (have !== want && !(have >= 65 && have <= 90 && have + 32 === want)) return false
  }
  return true
}

/** The values of a header that was sent several times. */
function listed(key, value) {
  if (!Array.isArray(value)) throw notValue(key, value)
  for (const entry of value) if (typeof entry !== 'string') throw notValue(key, entry)
  return value
}

function notHeaders(headers) {
  return new RequestError('RQ0001', `headers are ${typeOf(headers)}; pass an object {name: value}, a Map, a Headers, an array of [name, value] pairs, or undefined for none`)
}

function notPair(entry, position) {
  const hint = typeof entry === 'string' ? '; node\'s rawHeaders is a flat list: pass request.headers instead' : ''
  return new RequestError('RQ0001', `header number ${position} is ${typeOf(entry)}; pass a [name, value] pair${hint}`)
}

function notValue(key, value) {
  return new RequestError('RQ0001', `the value of header \`${key}\` is ${typeOf(value)}; pass a string or an array of strings`)
}

module.exports = { HeaderNames, combined }
