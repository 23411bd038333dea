'use strict'
// The error classes, and how failures of the native half become them.

class InferrouteError extends Error {
  constructor(code, message, options) {
    super(message, options)
    this.code = code
  }

  get name() {
    return this.constructor.name
  }
}

class OptionError extends InferrouteError {}

class EventError extends InferrouteError {}

class RequestError extends InferrouteError {}

/** A repeated decision is not the recorded one. */
class Divergence extends InferrouteError {}

class ManifestError extends InferrouteError {
  constructor(code, message, problems, leftOut) {
    super(code, message)
    this.problems = problems
    this.leftOut = leftOut
  }
}

/** One finding of a load; prints as Rust prints it. */
class Diagnostic {
  #text

  constructor({ text, end_column: endColumn, ...fields }) {
    Object.assign(this, { ...fields, endColumn })
    this.#text = text
    Object.freeze(this)
  }

  toString() {
    return this.#text
  }
}

const diagnostics = (list) => Object.freeze(list.map((entry) => new Diagnostic(entry)))

const CLASSES = { option: OptionError, event: EventError, request: RequestError, divergence: Divergence, internal: InferrouteError }

/** Throws the error for a failure that the native half described. */
function raise({ kind, code, message, problems, left_out: leftOut }) {
  if (kind === 'manifest') throw new ManifestError(code, message, diagnostics(problems), leftOut)
  throw new CLASSES[kind](code, message)
}

/** What a wrong argument is, for messages; never its content, which may be a credential. */
function typeOf(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'no class'})`
  return value === undefined ? 'undefined' : `a ${typeof value}`
}

module.exports = { InferrouteError, ManifestError, EventError, OptionError, RequestError, Divergence, diagnostics, raise, typeOf }
