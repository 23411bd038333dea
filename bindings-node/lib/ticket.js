'use strict'
// A request in flight.

const { INSPECT } = require('./inspect.js')
const { RequestError } = require('./errors.js')
const { INTO, NONE, NOW, open } = require('./native.js')
const { isUint64 } = require('./numbers.js')
const { setNow } = require('./options.js')

/** Drops the tickets that were lost. */
const lost = new FinalizationRegistry((held) => held.drop())

/** A number of the native half, which gives it anew once its ticket ended: so it ends once. Refers to nothing that a ticket is reached by. */
class Held {
  #native
  #buffer
  #number

  constructor(native, buffer) {
    this.#native = native
    this.#buffer = buffer
    this.#number = NONE
  }

  take(number) {
    this.#number = number
  }

  /** Calls a function of the native half that leaves the ticket in flight. */
  call(name, ...more) {
    return this.#native[name](this.#buffer, this.#number, ...more)
  }

  end(native) {
    const number = this.#number
    if (number === NONE) return
    this.#number = NONE
    native(this.#buffer, number)
  }

  drop() {
    this.end(this.#native.drop)
  }
}

/** What a ticket holds on to: collected together with it, unless it ended and the slot waits for the next ticket. */
class Slot {
  constructor(slots, held) {
    this.slots = slots
    this.held = held
    lost.register(this, held)
  }

  end(native) {
    this.held.end(native)
    this.slots.free.push(this)
  }
}

/** The slots of a router. Tickets take turns with them, because to register and unregister one costs more than a decision. */
class Slots {
  constructor(native, journal) {
    this.native = native
    // How almost all tickets end: not to be looked up among all functions.
    this.finish = native.finish
    this.journal = journal
    /** Asked for once: an array is slow to tell its buffer. */
    this.buffer = new ArrayBuffer(INTO * Uint32Array.BYTES_PER_ELEMENT)
    this.words = new Uint32Array(this.buffer)
    this.free = []
  }

  take(number) {
    const slot = this.free.pop() ?? new Slot(this, new Held(this.native, this.buffer))
    slot.held.take(number)
    return slot
  }

  setNow(now) {
    if (now === undefined) this.words.fill(0, NOW, NOW + 2)
    else setNow(this.words, now)
  }
}

class Ticket {
  #decision
  #slot
  #attempt = 0

  constructor(decision, slot) {
    this.#decision = decision
    this.#slot = slot
  }

  get ok() {
    return true
  }

  get decision() {
    return this.#decision
  }

  firstToken(now) {
    this.#tell('firstToken', now)
  }

  renew(now) {
    this.#tell('renew', now)
  }

  fallBack(now) {
    if (this.#tell('fallBack', now) !== 1) return null
    this.#attempt += 1
    return this.#decision.fallbacks[this.#attempt - 1] ?? null
  }

  cachedTokens(count) {
    if (!Number.isInteger(count) || count < 0 || count >= NONE) throw new RequestError('RQ0003', 'a count of tokens must be an integer from 0 to 2^32 - 2')
    if (this.#slot === null) return
    this.#slot.held.call('cachedTokens', count)
    this.#slot.slots.journal?.drain()
  }

  told(number, { prompt = true } = {}) {
    if (!isUint64(number)) throw new RequestError('RQ0003', 'the number of a request must be a bigint from 0 to 2^64 - 1 or a safe integer from 0')
    if (this.#slot === null) return null
    return open(this.#slot.held.call('told', String(number), prompt ? 1 : 0))
  }

  finish() {
    this.#end(this.#slot?.slots.finish)
  }

  fail(now) {
    this.#slot?.slots.setNow(now)
    this.#end(this.#slot?.slots.native.fail)
  }

  cancel() {
    this.#end(this.#slot?.slots.native.drop)
  }

  [INSPECT](_depth, options, inspect) {
    return `Ticket ${inspect({ decision: this.#decision, finished: this.#slot === null }, options)}`
  }

  /** Tells the native half of a ticket that is in flight; one that ended tells nothing more. */
  #tell(name, now) {
    const slot = this.#slot
    if (slot === null) return undefined
    slot.slots.setNow(now)
    const answer = slot.held.call(name)
    slot.slots.journal?.drain()
    return answer
  }

  #end(native) {
    const slot = this.#slot
    if (slot === null) return
    this.#slot = null
    slot.end(native)
    slot.slots.journal?.drain()
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(Ticket.prototype, Symbol.dispose, { value: Ticket.prototype.cancel, writable: true, configurable: true })
}

module.exports = { Slots, Ticket }
