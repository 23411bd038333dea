// The seed of the draws: fixed, stepped by hand, or another one with each change.

import { byId } from './dom.js'

const END = 1n << 64n

export class Seed {
  #field = byId('seed')
  #fixed = byId('seed-fixed')
  #seed = 1n

  /** `stepped` runs when somebody chose another seed. */
  constructor(stepped) {
    this.#show()
    byId('seed-next').addEventListener('click', () => this.#step(1n, stepped))
    byId('seed-back').addEventListener('click', () => this.#step(-1n, stepped))
    this.#field.addEventListener('input', () => {
      const text = this.#field.value.trim()
      const isSeed = /^\d{1,20}$/.test(text) && BigInt(text) < END
      this.#field.setAttribute('aria-invalid', String(!isSeed))
      if (!isSeed) return
      this.#seed = BigInt(text)
      stepped()
    })
    this.#field.addEventListener('keydown', (event) => {
      const by = { ArrowUp: 1n, ArrowDown: -1n }[event.key]
      if (by === undefined) return
      event.preventDefault()
      this.#step(by, stepped)
    })
    // What is left there that is no seed gives way to the one that counts.
    this.#field.addEventListener('blur', () => this.#show())
  }

  get value() {
    return this.#seed.toString()
  }

  /** Something else has changed. */
  changed() {
    if (!this.#fixed.checked) this.#step(1n, () => {})
  }

  #step(by, then) {
    this.#seed = (this.#seed + by + END) % END
    this.#show()
    then()
  }

  #show() {
    this.#field.value = this.value
    this.#field.setAttribute('aria-invalid', 'false')
  }
}
