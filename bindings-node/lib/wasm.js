'use strict'
// The native half as WebAssembly: keeps the values of a call, which src/border/wasm asks for one by one.

const { kindOf } = require('./typed.js')

/** As in src/border/wasm/imports.rs: not a value of that kind. Numbers come in signed. */
const NONE = -1

const KINDS = { 1: 'Uint8Array', 4: 'Uint32Array', 8: 'BigUint64Array' }

/** A text has room in three times its length; of longer ones the bytes are counted first. */
const COUNTED = 4096

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

class Half {
  /** The arguments of the innermost call under way, and what it answers with. */
  #arguments = []
  #answer
  #exports
  /** A long text in UTF-8, between the question for its room and its copy. */
  #encoded = null
  #counted = null
  /** What stopped this half, which nothing starts anew. */
  #fault = null
  /** Numbers in the buffer that came last. */
  #latest = new Uint32Array(0)
  /** Functions of the host's own, weakly: their routers hold them. */
  #held = []
  #free = []
  #collected = new FinalizationRegistry((number) => this.#fault ?? this.#exports.inferroute_drop(number))

  constructor(module) {
    this.#exports = new WebAssembly.Instance(module, { inferroute: this.#imports() }).exports
  }

  /** The functions of the module, by name. */
  start() {
    return this.#run(this.#exports.inferroute_start, undefined, [])
  }

  #run(run, number, given) {
    if (this.#fault !== null) return this.#stopped()
    const outer = this.#arguments
    this.#arguments = given
    try {
      run(number)
      return this.#answer
    } catch (error) {
      this.#fault ??= String(error)
      return this.#stopped()
    } finally {
      this.#arguments = outer
      this.#answer = undefined
    }
  }

  #stopped() {
    const message = `a fault inside inferroute, please report it; nothing but a new instance of the runtime works on: ${this.#fault}`
    return JSON.stringify({ error: { kind: 'internal', code: 'IR0000', message } })
  }

  /** The numbers in the buffer that argument `at` is. Most calls come with the same. */
  #words(at) {
    const buffer = this.#arguments[at]
    if (buffer !== this.#latest.buffer) this.#latest = new Uint32Array(buffer instanceof ArrayBuffer ? buffer : 0)
    return this.#latest
  }

  #bytes(at, length) {
    return new Uint8Array(this.#exports.memory.buffer, at, length)
  }

  #text(at, length) {
    return decoder.decode(this.#bytes(at >>> 0, length >>> 0))
  }

  #imports() {
    return {
      text_room: (at) => {
        const value = this.#arguments[at]
        if (typeof value !== 'string') return NONE
        if (value.length <= COUNTED) return 3 * value.length
        this.#encoded = encoder.encode(value)
        return this.#encoded.length
      },
      write_text: (at, to, room) => {
        const bytes = this.#bytes(to >>> 0, room >>> 0)
        if (this.#encoded === null) return encoder.encodeInto(this.#arguments[at], bytes).written
        bytes.set(this.#encoded)
        this.#encoded = null
        return bytes.length
      },
      numbers: (at, size) => {
        const value = this.#arguments[at]
        if (kindOf(value) !== KINDS[size]) return NONE
        this.#counted = value
        return value.length
      },
      copy_numbers: (to) => {
        const { buffer, byteOffset, byteLength } = this.#counted
        this.#counted = null
        this.#bytes(to >>> 0, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength))
      },
      is_number: (at) => (typeof this.#arguments[at] === 'number' ? 1 : 0),
      number: (at) => this.#arguments[at],
      read_words: (at, to, count) => {
        const words = this.#words(at)
        if (words.length < count) return 0
        const copy = new Uint32Array(this.#exports.memory.buffer, to >>> 0, count)
        for (let index = 0; index < count; index += 1) copy[index] = words[index]
        return 1
      },
      write_words: (at, first, from, count) => {
        const words = this.#words(at)
        if (words.length - first >= count) words.set(new Uint32Array(this.#exports.memory.buffer, from >>> 0, count), first)
      },
      hold_function: (at, entry) => {
        const value = this.#arguments[at]?.[entry]
        if (typeof value !== 'function') return NONE
        const number = this.#free.pop() ?? this.#held.length
        this.#held[number] = new WeakRef(value)
        return number
      },
      release_function: (number) => {
        this.#held[number] = undefined
        this.#free.push(number)
      },
      call_function: (number, at, count, text, length) => this.#call(this.#held[number]?.deref(), at >>> 0, count, text === 0 ? undefined : this.#text(text, length)),
      answer_number: (number) => {
        this.#answer = number >>> 0
      },
      answer_text: (from, length) => {
        this.#answer = this.#text(from, length)
      },
      answer_bytes: (from, count) => {
        this.#answer = this.#bytes(from >>> 0, count >>> 0).slice()
      },
      answer_function: (name, length, number) => {
        const native = (...given) => this.#run(this.#exports.inferroute_call, number, given)
        this.#collected.register(native, number)
        this.#answer ??= {}
        this.#answer[this.#text(name, length)] = native
      },
      fault: (message, length) => {
        this.#fault = this.#text(message, length)
      },
    }
  }

  /** Calls a function of the host's own with numbers that it may change. Nothing may be thrown through the other half. */
  #call(held, at, count, text) {
    if (held === undefined) return NONE
    const numbers = new Float64Array(this.#exports.memory.buffer.slice(at, at + Float64Array.BYTES_PER_ELEMENT * count))
    try {
      const code = held(numbers, text)
      // The function may have given the buffer away, and memory may have grown.
      if (numbers.length !== count) return NONE
      new Float64Array(this.#exports.memory.buffer, at, count).set(numbers)
      return code
    } catch {
      return NONE
    }
  }
}

/** The native half of a WebAssembly.Module. */
module.exports = (module) => new Half(module).start()
