'use strict'
// Options and arguments, checked where they enter: a wrong type or a mistyped name is an error, never passed over.

const { randomBytes } = require('node:crypto')
const { types } = require('node:util')
const { OptionError, RequestError, typeOf } = require('./errors.js')
const { GIVEN, HAS_PORT, HAS_SEED, NOW, PORT, SEED } = require('./native.js')
const { isUint64, split } = require('./numbers.js')

const DEFAULTS = Object.freeze({
  strategy: 'two_choice',
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
})

/** The plan's options: `base` with what `given` says otherwise. `seed` may stand in `given` where `others` has it. */
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
    if (Array.isArray(base[name])) {
      options[name] = kinds(name, value)
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
  return options
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
  if (given === undefined) return randomBytes(8).readBigUInt64LE()
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

/** A body in a shape that the native half reads in place, `undefined` where there is none. */
function bytes(value) {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  if (!types.isUint8Array(value)) throw new RequestError('RQ0002', `body is ${typeOf(value)}; pass a Buffer, a Uint8Array or a string, or undefined for none`)
  // Another thread may write to shared memory while it is read.
  return types.isSharedArrayBuffer(value.buffer) ? new Uint8Array(value) : value
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

module.exports = { DEFAULTS, planOptions, routerSeed, texts, setNow, setPort, setSeed, bytes, text, unknown, notOptions }
