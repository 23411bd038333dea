'use strict'
// The native half, and the table of the numbers that a decision crosses the border with (its other half is src/words.rs).

const { raise } = require('./errors.js')

/** The value in an answer, or the error in it thrown. */
function open(answer) {
  const { ok, error } = JSON.parse(answer)
  if (error !== undefined) raise(error)
  return ok
}

/** Takes the native half: an addon, or what `wasm.js` makes of WebAssembly. Answers with what it tells of itself. */
function use(native) {
  // The classes are there once; routers of two halves could not tell theirs.
  if (module.exports.native !== null) throw new Error('inferroute is loaded already, with its other native half; import `inferroute` or `inferroute/wasm`, not both')
  const about = open(native.about())
  Object.assign(module.exports, { native, about })
  return about
}

/** Into a call: which parts the request has, then time and seed in two halves each, the port, the tokens of the prompt, how many bytes of texts stand behind all numbers, `NONE` where they do not, and the router that is asked. */
const GIVEN = 0
const NOW = 1
const SEED = 3
const PORT = 5
const PROMPT_TOKENS = 6
const TEXT_BYTES = 7
const ROUTER = 8
const INTO = 9

/** The bits of GIVEN. */
const HAS_SEED = 1
const HAS_PORT = 1 << 1
const HAS_PROMPT = 1 << 2
const HAS_MEDIA = 1 << 3
const ONLY_COUNTED = 1 << 4
const HAS_REPEATED = 1 << 5
const HAS_OPTIONS = 1 << 6

/** Out of a call, whose KIND is one of those below. Where there is no route, RULE may be NONE, MATCH_OR_REASON numbers a reason, and the status follows. */
const OUT_VERSION = 0
const OUT_SEED = 2
const OUT_RULE = 4
const OUT_MATCH_OR_REASON = 5
const OUT_STATUS = 6
const OUT_CRITICALITY = 6
const OUT_PRIORITY = 7
const OUT_TICKET = 8
const OUT_MODELS = 9
const OUT_PATH_CHANGES = 10
const OUT_ATTEMPTS = 11
const OUT_PROMPT_TOKENS = 12
const OUT_CACHED_TOKENS = 13
const OUT_PREFILL = 14
const OUT_ENCODE = 15
const OUT_KIND = 16
const OUT_FIRST = 17

/** The numbers of one attempt from OUT_FIRST on: backendRef, endpoint, model. */
const ATTEMPT = 3

module.exports = {
  native: null,
  about: null,
  open,
  use,
  /** Numbers of a call that says nothing of a request. */
  INTO,
  /** Numbers of a call and of its answer. */
  SIZE: 41,
  NONE: 0xffff_ffff,
  GIVEN,
  NOW,
  SEED,
  PORT,
  PROMPT_TOKENS,
  TEXT_BYTES,
  ROUTER,
  /** Bytes of texts that have room behind the numbers; src/words.rs has the same. */
  TEXT_ROOM: 128,
  HAS_SEED,
  HAS_PORT,
  HAS_PROMPT,
  HAS_MEDIA,
  ONLY_COUNTED,
  HAS_REPEATED,
  HAS_OPTIONS,
  OUT_VERSION,
  OUT_SEED,
  OUT_RULE,
  OUT_MATCH_OR_REASON,
  OUT_STATUS,
  OUT_CRITICALITY,
  OUT_PRIORITY,
  OUT_TICKET,
  OUT_MODELS,
  OUT_PATH_CHANGES,
  OUT_ATTEMPTS,
  OUT_PROMPT_TOKENS,
  OUT_CACHED_TOKENS,
  OUT_PREFILL,
  OUT_ENCODE,
  OUT_KIND,
  OUT_FIRST,
  ATTEMPT,
  /** The kinds of answers. */
  NO_ROUTE: 0,
  REDIRECT: 1,
  ROUTE: 2,
  DIRECT_RESPONSE: 3,
  /** The model of an attempt; from DRAWN on the number of a drawn one, counted from there. */
  MODEL_UNCHANGED: 0,
  MODEL_OVERRIDE: 1,
  MODEL_DRAWN: 2,
  CRITICALITIES: [null, 'Sheddable', 'Standard', 'Critical'],
}
