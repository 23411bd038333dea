'use strict'
// The native half, and the table of the numbers that a decision crosses the border with (its other half is src/words.rs).

const { raise } = require('./errors.js')

function load() {
  try {
    return require('../inferroute.node')
  } catch (cause) {
    throw new Error('the native half of inferroute cannot be loaded; build it with `npm run build`', { cause })
  }
}

const native = load()

/** The value in an answer, or the error in it thrown. */
function open(answer) {
  const { ok, error } = JSON.parse(answer)
  if (error !== undefined) raise(error)
  return ok
}

const about = open(native.about())

/** Into a call: whether there is a seed, time and seed in two halves each. */
const HAS_SEED = 0
const NOW = 1
const SEED = 3

/** Out of a call. Where there is no route, RULE may be NONE, and MATCH_OR_REASON numbers a reason. */
const OUT_VERSION = 0
const OUT_SEED = 2
const OUT_RULE = 4
const OUT_MATCH_OR_REASON = 5
const OUT_BACKEND_REF = 6
const OUT_ENDPOINT = 7
const OUT_CRITICALITY = 8
const OUT_TICKET = 9

module.exports = {
  native,
  open,
  about,
  SIZE: 16,
  NONE: 0xffff_ffff,
  HAS_SEED,
  NOW,
  SEED,
  OUT_VERSION,
  OUT_SEED,
  OUT_RULE,
  OUT_MATCH_OR_REASON,
  OUT_BACKEND_REF,
  OUT_ENDPOINT,
  OUT_CRITICALITY,
  OUT_TICKET,
  /** What `decide` and `route` answer: whether there is a route, and where the model stands. */
  NO_ROUTE: 0,
  MODEL_UNCHANGED: 1,
  MODEL_OVERRIDE: 2,
  MODEL_DRAWN: 3,
  CRITICALITIES: [null, 'Sheddable', 'Standard', 'Critical'],
}
