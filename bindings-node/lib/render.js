'use strict'
// Diagnostics for people and for programs, as the core renders them.

const { OptionError, typeOf } = require('./errors.js')
const border = require('./native.js')
const { texts } = require('./options.js')

function render(diagnostics, manifests = [], format = 'text') {
  if (typeof diagnostics?.[Symbol.iterator] !== 'function') throw new OptionError('OP0002', `diagnostics must be a list, not ${typeOf(diagnostics)}`)
  if (typeof format !== 'string') throw new OptionError('OP0002', `format must be a string, not ${typeOf(format)}`)
  const wire = Array.from(diagnostics, ({ endColumn, ...fields }) => ({ ...fields, end_column: endColumn }))
  return border.open(border.native.render(JSON.stringify(wire), JSON.stringify(texts(manifests)), format))
}

module.exports = { render }
