'use strict'
// Another plan that decides beside a router.

const border = require('./native.js')

class Shadow {
  #native
  /** The native half holds on to them weakly. */
  #callbacks

  constructor(native, callbacks) {
    this.#native = native
    this.#callbacks = callbacks
  }

  report() {
    const { agreed_on_backend: agreedOnBackend, ...report } = border.open(this.#native.report())
    return { ...report, agreedOnBackend }
  }

  stop() {
    this.#native.stop()
    this.#callbacks = null
  }
}

module.exports = { Shadow }
