'use strict'
// Bodies as an endpoint is to get them.

const { RequestError, typeOf } = require('./errors.js')
const border = require('./native.js')
const { bytes } = require('./options.js')

function rewriteBody(body, attempt) {
  const given = bytes('body', body)
  if (given === undefined) throw new RequestError('RQ0002', `body is ${typeOf(body)}; pass a Buffer, a Uint8Array or a string`)
  const { modelOverride, mutations } = attempt ?? {}
  if (modelOverride === undefined || mutations === undefined) throw new RequestError('RQ0002', `an attempt is ${typeOf(attempt)}; pass a decision or one of its fallbacks`)
  const changes = mutations.body ?? []
  if (given.length === 0 || (modelOverride === null && changes.length === 0)) return body
  return border.open(border.native.rewriteBody(given, JSON.stringify({ model: modelOverride, body: changes })))
}

module.exports = { rewriteBody }
