'use strict'
// Requests that came at once, as one crossing of the border takes them. src/batch.rs holds the other half.

const { GIVEN, PORT, PROMPT_TOKENS, SIZE } = require('./native.js')

/** What a request has beside the lengths of its header values: parts, port, tokens of the prompt, and the lengths of nine texts. */
const FIXED = 12

/** Numbers of a decision, and after them the kind of the answer. */
const ROW = SIZE + 1

/** Arrays for batches larger than this are made for each and not kept. */
const KEPT = 256

/** One for all batches of a router. */
class Batch {
  #said = new Uint32Array(0)
  #out = new Uint32Array(0)

  begin() {
    this.texts = []
    this.models = []
    this.paths = []
    this.said = this.#said
    this.at = 0
  }

  /** Adds the request that `asked` has read. One with a prompt, a tenant or a subset is not asked this way: the last two lengths are theirs. */
  add(asked) {
    const { words, values } = asked
    const { texts, at } = this
    const count = asked.headerNames.count
    if (this.said.length < at + FIXED + count) this.#grow(at + FIXED + count)
    const said = this.said
    said[at] = words[GIVEN]
    said[at + 1] = words[PORT]
    said[at + 2] = words[PROMPT_TOKENS]
    if (asked.hasOptions) {
      said[at + 3] = this.#text(asked.model)
      said[at + 4] = this.#text(asked.host)
      said[at + 5] = this.#text(asked.path)
      said[at + 6] = this.#text(asked.method)
      said[at + 7] = this.#text(asked.gateway)
      said[at + 8] = this.#text(asked.objective)
      said[at + 9] = this.#text(asked.clientNamespace)
      said[at + 10] = 0
      said[at + 11] = 0
    } else {
      said.fill(0, at + 3, at + FIXED)
    }
    for (let index = 0; index < count; index += 1) {
      const value = values[index]
      if (value === undefined) {
        said[at + FIXED + index] = 0
      } else {
        said[at + FIXED + index] = value.length + 1
        texts.push(value)
      }
    }
    this.models.push(asked.model)
    this.paths.push(asked.path)
    this.at = at + FIXED + count
  }

  /** The arguments of the native half: a line break after each text keeps halves of characters apart that are no text by themselves. */
  arguments() {
    const rows = ROW * this.models.length
    if (this.#out.length < rows) this.#out = new Uint32Array(rows)
    const out = this.#out
    if (this.models.length > KEPT) {
      this.#said = new Uint32Array(0)
      this.#out = new Uint32Array(0)
    }
    return [this.texts.join('\n'), this.said.subarray(0, this.at), out]
  }

  #text(text) {
    if (text === undefined) return 0
    this.texts.push(text)
    return text.length + 1
  }

  #grow(least) {
    const larger = new Uint32Array(Math.max(least, 2 * this.said.length, 1024))
    larger.set(this.said)
    this.said = larger
    this.#said = larger
  }
}

module.exports = { Batch, ROW }
