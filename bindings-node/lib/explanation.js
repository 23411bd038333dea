'use strict'
// Why a decision came out as it did.

const { INSPECT } = require('./inspect.js')
const { forJson } = require('./numbers.js')
const { frozen } = require('./plan.js')

class Explanation {
  #text
  #seed
  #outcome
  #explained

  /** `thrown` is what scorers threw meanwhile; each was asked more than once. */
  constructor({ text, seed, outcome, explained }, thrown) {
    this.#text = text
    this.#seed = BigInt(seed)
    this.#outcome = outcome
    for (const failed of explained.scorersFailed) {
      const found = thrown.find(({ scorer }) => scorer === failed.scorer)
      if (found !== undefined) Object.defineProperty(failed, 'error', { value: found.error })
    }
    this.#explained = frozen(explained)
  }

  get outcome() {
    return this.#outcome
  }

  get seed() {
    return this.#seed
  }

  get matches() {
    return this.#explained.matches
  }

  get draws() {
    return this.#explained.draws
  }

  get sections() {
    return this.#explained.sections
  }

  get endpoints() {
    return this.#explained.endpoints
  }

  get nearestChange() {
    return this.#explained.nearestChange
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
    return { outcome: this.#outcome, seed: forJson(this.#seed), ...structuredClone(this.#explained) }
  }

  [INSPECT]() {
    return this.#text
  }
}

module.exports = { Explanation }
