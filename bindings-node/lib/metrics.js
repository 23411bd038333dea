'use strict'
// Metrics pages of model servers.

const { OptionError, typeOf } = require('./errors.js')
const border = require('./native.js')
const { bytes } = require('./options.js')

/** The options, with their names and types in the native half. */
const OPTIONS = {
  engine: ['engine', 'string'],
  rank: ['rank', 'string'],
  textBytes: ['text_bytes', 'number'],
  lineBytes: ['line_bytes', 'number'],
  adapters: ['adapters', 'number'],
  problems: ['problems', 'number'],
}

const LoadReport = Object.freeze({
  fromPrometheus(text, options = {}) {
    const page = bytes('text', text)
    if (page === undefined) throw new OptionError('OP0002', `text is ${typeOf(text)}; pass a string, a Buffer or a Uint8Array`)
    if (options === null || typeof options !== 'object') throw new OptionError('OP0002', `options are ${typeOf(options)}; pass an object`)
    const wire = {}
    for (const [name, value] of Object.entries(options)) {
      if (!Object.hasOwn(OPTIONS, name)) throw new OptionError('OP0001', `\`${name}\` is not an option here; choose among ${Object.keys(OPTIONS).join(', ')}`)
      const [field, type] = OPTIONS[name]
      if (value === undefined) continue
      if (typeof value !== type) throw new OptionError('OP0002', `option ${name} is ${typeOf(value)}; pass a ${type}`)
      wire[field] = value
    }
    return border.open(border.native.scrape(page, JSON.stringify(wire)))
  },
})

module.exports = { LoadReport }
