// The shape of a question. What is in it is the library's to judge; here it is only made sure that everything has its type and nothing is beyond measure.

import { Refusal } from './refusal.mjs'

const MOST = { endpoints: 256, labels: 64, headers: 64, sent: 32 }

const refuse = (at, wanted) => {
  throw new Refusal(400, 'wrong_shape', `${at || 'the question'} must be ${wanted}`)
}

const text = (value, at) => (typeof value === 'string' ? value : refuse(at, 'a string'))
const optional = (read) => (value, at) => (value === undefined || value === null ? null : read(value, at))
const truth = (value, at) => (typeof value === 'boolean' ? value : refuse(at, 'true or false'))
const number = (value, at) => (typeof value === 'number' ? value : refuse(at, 'a number'))

function seed(value, at) {
  const digits = text(value, at)
  return /^\d{1,20}$/.test(digits) && BigInt(digits) < 1n << 64n ? BigInt(digits) : refuse(at, 'the digits of a number from 0 to 2^64 - 1')
}

/** An object with these fields and no other. */
const object = (fields) => (value, at) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) refuse(at, 'an object')
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
  if (unknown !== undefined) refuse(at, `without ${JSON.stringify(unknown.slice(0, 40))}`)
  return Object.fromEntries(Object.entries(fields).map(([name, read]) => [name, read(value[name], at === '' ? name : `${at}.${name}`)]))
}

const list = (most, read) => (value, at) => {
  if (!Array.isArray(value) || value.length > most) refuse(at, `a list of at most ${most}`)
  return value.map((each, index) => read(each, `${at}[${index}]`))
}

const pair = (value, at) => {
  if (!Array.isArray(value) || value.length !== 2) refuse(at, 'a pair')
  return [text(value[0], `${at}[0]`), text(value[1], `${at}[1]`)]
}

const endpoint = object({
  /** `name` or `namespace/name`. */
  name: text,
  /** Whether it comes from the manifest: its name, address, labels and readiness are then not told again. */
  declared: truth,
  address: text,
  labels: list(MOST.labels, pair),
  ready: truth,
  waiting: optional(number),
  running: optional(number),
  kvUsage: optional(number),
  inFlight: optional(number),
})

const request = object({
  method: text,
  path: text,
  host: text,
  headers: list(MOST.headers, pair),
  model: text,
  prompt: text,
  objective: text,
})

/** A request that was sent before, and the id of the endpoint that it went to. */
const sent = object({ request, endpoint: text })

/** @throws {Refusal} where something has the wrong type */
export const question = (value) =>
  object({ manifest: text, strategy: text, seed, request, endpoints: list(MOST.endpoints, endpoint), sent: list(MOST.sent, sent) })(value, '')
