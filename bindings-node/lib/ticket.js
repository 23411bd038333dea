'use strict'
// A request in flight.

const { inspect } = require('node:util')

// The numbers of finished tickets are given anew, so a ticket finishes once: by hand, or here when it was lost.
const lost = new FinalizationRegistry((finish) => finish())

class Ticket {
  #decision
  #finish

  /** `finish` must not refer to the ticket. */
  constructor(decision, finish) {
    this.#decision = decision
    this.#finish = finish
    lost.register(this, finish, this)
  }

  get ok() {
    return true
  }

  get decision() {
    return this.#decision
  }

  finish() {
    const finish = this.#finish
    if (finish === null) return
    this.#finish = null
    lost.unregister(this)
    finish()
  }

  [inspect.custom](_depth, options) {
    return `Ticket ${inspect({ decision: this.#decision, finished: this.#finish === null }, options)}`
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(Ticket.prototype, Symbol.dispose, { value: Ticket.prototype.finish, writable: true, configurable: true })
}

module.exports = { Ticket }
