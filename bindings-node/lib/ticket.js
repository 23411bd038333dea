'use strict'
// A request in flight.

const { inspect } = require('node:util')
const { NONE } = require('./native.js')

/** Finishes the tickets that were lost. */
const lost = new FinalizationRegistry((held) => held.finish())

/** A number of the native half, which gives it anew once it is finished: so it is finished once. Refers to nothing that a ticket is reached by. */
class Held {
  #native
  #number

  constructor(native) {
    this.#native = native
    this.#number = NONE
  }

  take(number) {
    this.#number = number
  }

  finish() {
    const number = this.#number
    if (number === NONE) return
    this.#number = NONE
    this.#native(number)
  }
}

/** What a ticket holds on to: collected together with it, unless it was finished and the slot waits for the next ticket. */
class Slot {
  constructor(slots, held) {
    this.slots = slots
    this.held = held
    lost.register(this, held)
  }

  finish() {
    this.held.finish()
    this.slots.free.push(this)
  }
}

/** The slots of a router. Tickets take turns with them, because to register and unregister one costs more than a decision. */
class Slots {
  constructor(native) {
    this.native = native
    this.free = []
  }

  take(number) {
    const slot = this.free.pop() ?? new Slot(this, new Held(this.native))
    slot.held.take(number)
    return slot
  }
}

class Ticket {
  #decision
  #slot

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

  finish() {
    const slot = this.#slot
    if (slot === null) return
    this.#slot = null
    slot.finish()
  }

  [inspect.custom](_depth, options) {
    return `Ticket ${inspect({ decision: this.#decision, finished: this.#slot === null }, options)}`
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(Ticket.prototype, Symbol.dispose, { value: Ticket.prototype.finish, writable: true, configurable: true })
}

module.exports = { Slots, Ticket }
