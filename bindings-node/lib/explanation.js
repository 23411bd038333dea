'use strict'
// Why a decision came out as it did.

const { INSPECT } = require('./inspect.js')
const { forJson } = require('./numbers.js')
const { frozen } = require('./plan.js')

class Explanation {
  #text
  #seed
  #tree
  #explained

  /** `thrown` is what scorers threw meanwhile; each was asked more than once. */
  constructor({ text, seed, explanation, explained }, thrown) {
    this.#text = text
    this.#seed = BigInt(seed)
    this.#tree = explanation
    for (const failed of explained.scorersFailed) {
      const found = thrown.find(({ scorer }) => scorer === failed.scorer)
      if (found !== undefined) Object.defineProperty(failed, 'error', { value: found.error })
    }
    this.#explained = frozen(explained)
  }

  get outcome() {
    return this.#tree.outcome
  }

  get seed() {
    return this.#seed
  }

  get endpoints() {
    return this.#explained.endpoints
  }

  get picked() {
    return this.#explained.picked
  }

  get saturation() {
    return this.#explained.saturation
  }

  get scorersFailed() {
    return this.#explained.scorersFailed
  }

  toString() {
    return this.#text
  }

  toJSON() {
    const { failures, ...tree } = structuredClone(this.#tree)
    return { ...tree, ...structuredClone(this.#explained), seed: forJson(this.#seed) }
  }

  [INSPECT]() {
    return this.#text
  }
}

module.exports = { Explanation }
