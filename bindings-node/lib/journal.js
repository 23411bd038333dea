'use strict'
// What a router tells of itself.

const border = require('./native.js')

/** Hands the entries that the native half kept during a call to the host. */
class Journal {
  #callback
  #entries

  constructor(callback, entries) {
    this.#callback = callback
    this.#entries = entries
  }

  drain() {
    for (const entry of border.open(this.#entries())) {
      try {
        this.#callback(entry)
      } catch (error) {
        // The decision stands: as with an EventTarget, the error is the process's.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}

module.exports = { Journal }
