'use strict'
// Scorers of the host's own: a function that the native half calls in the middle of a decision.

const { kindOf } = require('./typed.js')

/** Numbers of one endpoint; src/scorers.rs has the same order. The rating takes the place of the first. */
const ROW = 7
const NUMBER = 0
const IN_FLIGHT = 1
const WAITING_TOKENS = 2
const WAITING = 3
const RUNNING = 4
const KV_USAGE = 5
const PREFIX_SHARE = 6

/** What the native half is answered. */
const RATED = 0
const THREW = 1
const NOT_RATINGS = 2
const PROMISE = 3

class ScoredEndpoint {
  #known
  #numbers
  #at

  constructor(known, numbers, at) {
    this.#known = known
    this.#numbers = numbers
    this.#at = at
  }

  get id() {
    return this.#known.id
  }

  get address() {
    return this.#known.address
  }

  get labels() {
    return this.#known.labels
  }

  get inFlight() {
    return this.#numbers[this.#at + IN_FLIGHT]
  }

  get waitingTokens() {
    return this.#numbers[this.#at + WAITING_TOKENS]
  }

  get waiting() {
    return this.#polled(WAITING)
  }

  get running() {
    return this.#polled(RUNNING)
  }

  get kvUsage() {
    return this.#polled(KV_USAGE)
  }

  get prefixShare() {
    return this.#polled(PREFIX_SHARE)
  }

  /** NaN is what is not known. */
  #polled(field) {
    const value = this.#numbers[this.#at + field]
    return Number.isNaN(value) ? null : value
  }
}

/** The function that the native half calls for a scorer. `asked` tells the request. It refers to no router, which would otherwise never be collected. */
function callback({ name, score }, asked) {
  let known = []
  return (numbers, table) => {
    if (table !== undefined) known = JSON.parse(table).map(({ labels, ...rest }) => Object.freeze({ ...rest, labels: Object.freeze(labels) }))
    const count = numbers.length / ROW
    const endpoints = new Array(count)
    for (let index = 0; index < count; index += 1) endpoints[index] = new ScoredEndpoint(known[numbers[ROW * index + NUMBER]], numbers, ROW * index)
    let ratings
    asked.isScoring = true
    try {
      ratings = score(asked.request(), endpoints)
      if (typeof ratings?.then === 'function') return PROMISE
      return write(ratings, numbers, count)
    } catch (error) {
      asked.thrown?.push({ scorer: name, error })
      return THREW
    } finally {
      asked.isScoring = false
    }
  }
}

/** Puts the ratings where the native half looks for them. */
function write(ratings, numbers, count) {
  if (!(Array.isArray(ratings) || kindOf(ratings) === 'Float64Array') || ratings.length !== count) return NOT_RATINGS
  for (let index = 0; index < count; index += 1) {
    const rating = ratings[index] ?? NaN
    if (typeof rating !== 'number') return NOT_RATINGS
    numbers[ROW * index] = rating
  }
  return RATED
}

/** The functions of all scorers that options name, in the order in which the native half counts them. */
const callbacks = ({ scorers, customScorers }, asked) => [...scorers, ...customScorers].map((scorer) => callback(scorer, asked))

module.exports = { callbacks }
