'use strict'
// Options and arguments, checked where they enter: a wrong type or a mistyped name is an error, never passed over.

const { OptionError, RequestError, typeOf } = require('./errors.js')
const { GIVEN, HAS_PORT, HAS_SEED, NOW, PORT, PROMPT_TOKENS, SEED } = require('./native.js')
const { encode } = require('./encode.js')
const { isUint64, split } = require('./numbers.js')
const { Profile, Scheduling, scorer } = require('./scheduling.js')
const { isShared, kindOf } = require('./typed.js')

const DEFAULTS = Object.freeze({
  strategy: 'predicted_completion',
  inferenceExtension: true,
  defaultNamespace: 'default',
  firstMatch: false,
  fallbackEndpoints: 2,
  strict: false,
  unknownModel: 'pass',
  envoyGateway: false,
  catchAll: false,
  extensionFilters: Object.freeze([]),
  mesh: false,
  invalidBackendRefs: 'fail_share',
  staleAfter: 30_000_000_000,
  lease: 3_600_000_000_000,
  endpointPickerConfig: null,
  prefix: null,
  kvEvents: null,
  halfLife: null,
  missingLoad: null,
  scorers: Object.freeze([]),
  endpointPickerConfigKey: null,
  customScorers: Object.freeze([]),
  ceilings: Object.freeze([]),
})

/** Options that are not checked by the type of their default, each with what makes it what crosses the border. */
const CHECKED = {
  extensionFilters: kinds,
  staleAfter: nanos,
  lease: (name, value) => (value === null ? null : nanos(name, value)),
  endpointPickerConfig: config,
  prefix: (name, value) => parts(name, value, ['dialect', 'blockTokens', 'maxBlocks', 'key', 'seed', 'budget', 'capacity']),
  kvEvents: (name, value) => (typeof value === 'boolean' ? (value ? {} : null) : parts(name, value, ['budget', 'weights'])),
  halfLife: (name, value) => (value === null ? null : nanos(name, value)),
  missingLoad: (name, value) => (value === null ? null : word(name, value)),
  scorers: ownScorers,
  endpointPickerConfigKey: (name, value) => (value === null ? null : word(name, value)),
  customScorers,
  ceilings,
}

/** The plan's options: `base` with what `given` says otherwise. What `others` lists may stand in `given` too. */
function planOptions(given, base, others) {
  const options = { ...base }
  if (given === undefined) return options
  if (given === null || typeof given !== 'object') throw new OptionError('OP0002', `options are ${typeOf(given)}; pass an object`)
  for (const [name, value] of Object.entries(given)) {
    if (others.includes(name)) continue
    if (!Object.hasOwn(base, name)) {
      throw new OptionError('OP0001', `\`${name}\` is not an option here; choose among ${[...Object.keys(base), ...others].join(', ')}`)
    }
    if (value === undefined) continue
    if (Object.hasOwn(CHECKED, name)) {
      options[name] = CHECKED[name](name, value)
      continue
    }
    if (typeof value !== typeof base[name]) {
      throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass a ${typeof base[name]}`)
    }
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new OptionError('OP0002', `option ${name} must be an integer from 0`)
    }
    options[name] = value
  }
  const { endpointPickerConfig } = given
  // A scheduling brings its scorers along; those that are given beside it come after them.
  if (endpointPickerConfig instanceof Scheduling || endpointPickerConfig instanceof Profile) {
    const own = Scheduling.scorers(scheduling(endpointPickerConfig))
    options.scorers = given.scorers === undefined ? own : [...own, ...options.scorers]
  }
  return options
}

/** The options as the native half reads them; functions of scorers go beside. */
function optionsJson({ scorers, customScorers, ...options }) {
  return encode({ ...options, scorers: scorers.map(({ score, ...scorer }) => scorer), customScorers: customScorers.map(({ name }) => name) })
}

const scheduling = (value) => (value instanceof Profile ? new Scheduling(value) : value)

function config(name, value) {
  if (value === null || typeof value === 'string') return value
  if (value instanceof Scheduling || value instanceof Profile) return scheduling(value).toString()
  throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass the text of an EndpointPickerConfig, a Scheduling or a Profile`)
}

function word(name, value) {
  if (typeof value !== 'string') throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass a string`)
  return value
}

function nanos(name, value) {
  if (!isUint64(value)) throw new OptionError('OP0002', `option ${name} must be nanoseconds: a bigint from 0 to 2^64 - 1 or a safe integer from 0`)
  return value
}

/** An object of few fields, which the native half checks. */
function parts(name, value, known) {
  if (value === null) return null
  if (typeof value !== 'object' || Array.isArray(value)) throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass an object`)
  const wrong = Object.keys(value).find((part) => !known.includes(part))
  if (wrong !== undefined) throw new OptionError('OP0001', `\`${wrong}\` is not part of option ${name}; choose among ${known.join(', ')}`)
  const { key } = value
  if (key === undefined) return { ...value }
  // The key is a secret: no message shows it.
  if (!isUint64(key) && !(typeof key === 'bigint' && BigInt.asUintN(128, key) === key)) {
    throw new OptionError('OP0002', `${name}.key must be a bigint from 0 to 2^128 - 1`)
  }
  return { ...value, key: key.toString() }
}

function ownScorers(name, value) {
  if (!Array.isArray(value)) throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass an array of {name, score, weight, profile}`)
  return value.map((each) => scorer(each, null))
}

/** Scorers that an EndpointPickerConfig names by their types. */
function customScorers(name, value) {
  if (!Array.isArray(value)) throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass an array of {name, score}`)
  return value.map((each) => {
    for (const part of Object.keys(each ?? {})) {
      if (part !== 'name' && part !== 'score') throw new OptionError('OP0001', `\`${part}\` is not part of option ${name}; the configuration says what a scorer's rating counts`)
    }
    const { name: called, score } = scorer(each, null)
    return { name: called, score }
  })
}

/** How full a pool may be, by priority. */
function ceilings(name, value) {
  if (!Array.isArray(value)) throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass an array of {priority, ceiling}`)
  return value.map((each) => {
    const { priority, ceiling } = each ?? {}
    if (!Number.isInteger(priority) || priority !== (priority | 0) || typeof ceiling !== 'number' || !Number.isFinite(ceiling)) {
      throw new OptionError('OP0002', `an entry of ${name} is a priority, a whole number of 32 bits, and a ceiling, a finite number`)
    }
    return { priority, ceiling }
  })
}

/** A list of texts, each checked by the native half. */
function kinds(name, value) {
  if (!Array.isArray(value)) throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass an array of 'group/Kind'`)
  const wrong = value.findIndex((kind) => typeof kind !== 'string')
  if (wrong !== -1) throw new OptionError('OP0002', `entry ${wrong} of option ${name} is ${typeOf(value[wrong])}; pass 'group/Kind'`)
  return [...value]
}

/** The seed of a router: the given one, else one from the operating system. */
function routerSeed(given) {
  if (given === undefined) return crypto.getRandomValues(new BigUint64Array(1))[0]
  if (!isUint64(given)) throw new OptionError('OP0004', 'option seed must be a bigint from 0 to 2^64 - 1 or a safe integer from 0')
  return BigInt(given)
}

/** Manifests as a list of [name or null, text]. */
function texts(manifests) {
  if (typeof manifests === 'string') return [[null, manifests]]
  if (manifests === null || typeof manifests !== 'object') {
    throw new OptionError('OP0005', `manifests are ${typeOf(manifests)}; pass a string, an object {file: text} or an array of [file, text]`)
  }
  const list = Array.isArray(manifests) ? manifests : Object.entries(manifests)
  list.forEach((entry, position) => {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw new OptionError('OP0005', `entry ${position} of manifests is ${typeOf(entry)}; pass [file, text]`)
    }
    const wrong = entry.find((part) => typeof part !== 'string')
    if (wrong !== undefined || entry.includes(undefined)) {
      throw new OptionError('OP0005', `entry ${position} of manifests holds ${typeOf(wrong)}; pass [file, text], both strings`)
    }
  })
  return list
}

function setNow(words, now) {
  if (!isUint64(now)) throw new RequestError('RQ0003', 'now must be nanoseconds: a bigint from 0 to 2^64 - 1 or a safe integer from 0')
  split(words, NOW, now)
}

function setSeed(words, seed) {
  if (!isUint64(seed)) throw new RequestError('RQ0003', 'seed must be a bigint from 0 to 2^64 - 1 or a safe integer from 0')
  words[GIVEN] |= HAS_SEED
  split(words, SEED, seed)
}

function setPort(words, port) {
  if (port === undefined || port === null) return
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RequestError('RQ0003', 'port must be an integer from 0 to 65535')
  words[GIVEN] |= HAS_PORT
  words[PORT] = port
}

function setPromptTokens(words, count) {
  if (count === undefined || count === null) return
  if (!Number.isInteger(count) || count < 0 || count > 0xffff_ffff) throw new RequestError('RQ0003', 'promptTokens must be an integer from 0 to 2^32 - 1')
  words[PROMPT_TOKENS] = count
}

/** Bytes in a shape that the native half reads in place, `undefined` where there are none. */
function bytes(name, value) {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  if (kindOf(value) !== 'Uint8Array') throw new RequestError('RQ0002', `${name} is ${typeOf(value)}; pass a Buffer, a Uint8Array or a string, or undefined for none`)
  // Another thread may write to shared memory while it is read.
  return isShared(value) ? new Uint8Array(value) : value
}

/** The arrays that prompts come in: text, tokens, hashes of blocks. */
const PROMPTS = { Uint8Array, Uint32Array, BigUint64Array }

/** A prompt in a shape that the native half reads in place, or a copy where somebody else could reach it meanwhile. */
function prompt(value, copied) {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  const Prompt = PROMPTS[kindOf(value)]
  if (Prompt !== undefined) return copied || isShared(value) ? new Prompt(value) : value
  throw new RequestError('RQ0002', `prompt is ${typeOf(value)}; pass text as a string, Buffer or Uint8Array, tokens as a Uint32Array, hashes of blocks as a BigUint64Array`)
}

/** A fact of a request, `undefined` where it is not said. */
function flag(name, value) {
  if (typeof value === 'boolean') return value
  if (value === undefined || value === null) return undefined
  throw new RequestError('RQ0002', `${name} is ${typeOf(value)}; pass true or false, or undefined where it is not known`)
}

/** A text of a request, `undefined` where there is none. */
function text(name, value) {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  throw new RequestError('RQ0002', `${name} is ${typeOf(value)}; pass a string, or undefined for none`)
}

function unknown(name, known) {
  return new RequestError('RQ0004', `\`${name}\` is not an option here; choose among ${known}`)
}

function notOptions(options) {
  return new RequestError('RQ0002', `options are ${typeOf(options)}; pass an object such as {model, host, now}`)
}

module.exports = { DEFAULTS, planOptions, optionsJson, routerSeed, texts, setNow, setPort, setPromptTokens, setSeed, bytes, flag, prompt, text, unknown, notOptions }
