'use strict'
// Why a decision came out as it did.

const { inspect } = require('node:util')
const { forJson } = require('./numbers.js')

class Explanation {
  #text
  #seed
  #tree

  constructor({ text, seed, explanation }) {
    this.#text = text
    this.#seed = BigInt(seed)
    this.#tree = explanation
  }

  get outcome() {
    return this.#tree.outcome
  }

  get seed() {
    return this.#seed
  }

  toString() {
    return this.#text
  }

  toJSON() {
    return { ...structuredClone(this.#tree), seed: forJson(this.#seed) }
  }

  [inspect.custom]() {
    return this.#text
  }
}

module.exports = { Explanation }
