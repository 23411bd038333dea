'use strict'
// Requests that came at once, as one crossing of the border takes them. src/batch.rs holds the other half.

const { SIZE } = require('./native.js')
const { FIXED, Texts, say } = require('./said.js')

/** Arrays for batches larger than this are made for each and not kept. */
const KEPT = 256

/** One for all batches of a router. */
class Batch {
  #said = new Uint32Array(0)
  #out = new Uint32Array(0)

  /** `room` is how many requests there probably are. */
  begin(room) {
    this.texts = new Texts()
    this.count = 0
    this.models = new Array(room)
    this.paths = new Array(room)
    this.said = this.#said
    this.at = 0
  }

  /** Adds the request that `asked` has read. One with a prompt is not asked this way. */
  add(asked) {
    const end = this.at + FIXED + asked.headerNames.count
    if (this.said.length < end) this.#grow(end)
    say(asked, this.said, this.at, this.texts)
    this.models[this.count] = asked.model
    this.paths[this.count] = asked.path
    this.count += 1
    this.at = end
  }

  /** The arguments of the native half. */
  arguments() {
    const rows = SIZE * this.count
    if (this.#out.length < rows) this.#out = new Uint32Array(rows)
    const out = this.#out
    if (this.count > KEPT) {
      this.#said = new Uint32Array(0)
      this.#out = new Uint32Array(0)
    }
    return [this.texts.asOne(), this.said.subarray(0, this.at), out]
  }

  #grow(least) {
    const larger = new Uint32Array(Math.max(least, 2 * this.said.length, 1024))
    larger.set(this.said)
    this.said = larger
    this.#said = larger
  }
}

module.exports = { Batch }
