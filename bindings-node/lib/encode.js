'use strict'
// JSON for the native half, which reads whole numbers of 64 bits.

const { kindOf } = require('./typed.js')

/** Fields that hold such numbers. Where the native half wrote one beyond 2^53 - 1 it is a string of its digits, and is taken back as one. */
const UINT64 = new Set([
  'now', 'seed', 'ticket', 'request', 'state_version', 'sequence', 'parent', 'hashes', 'blocks', 'ttft_ns',
  'kv_tokens', 'prompt_tokens', 'generation_tokens', 'prefix_queries', 'prefix_hits', 'preemptions', 'number', 'prompt', 'complete_to', 'lease_ns',
])

/** Levels that a value may have; what is deeper is circular. */
const DEPTH = 64

/** The value in JSON: a bigint in digits, a typed array as a list. Throws a TypeError for what is no value, and for a number that has lost digits. */
function encode(value, field = '', depth = DEPTH) {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError(`${field || 'a number'} is ${value}, which may have lost digits; pass a bigint`)
  }
  if (typeof value === 'string' && UINT64.has(field) && /^\d{1,20}$/.test(value)) return value
  if (value === null || typeof value !== 'object' || typeof value.toJSON === 'function') return JSON.stringify(value) ?? 'null'
  if (depth === 0) throw new TypeError('the structure is circular, or has more than 64 levels')
  // Names in it are the host's own.
  if (field === 'labels') return JSON.stringify(value)
  if (kindOf(value) !== undefined) return `[${value.join(',')}]`
  if (Array.isArray(value)) return `[${value.map((entry) => encode(entry, field, depth - 1)).join(',')}]`
  const fields = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return `{${fields.map(([name, entry]) => `${JSON.stringify(name)}:${encode(entry, name, depth - 1)}`).join(',')}}`
}

module.exports = { encode }
