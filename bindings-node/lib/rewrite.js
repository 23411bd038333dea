'use strict'
// Bodies as an endpoint is to get them.

const { RequestError, typeOf } = require('./errors.js')
const border = require('./native.js')
const { bytes, text } = require('./options.js')

function rewriteBody(body, attempt, contentType) {
  const given = bytes('body', body)
  if (given === undefined) throw new RequestError('RQ0002', `body is ${typeOf(body)}; pass a Buffer, a Uint8Array or a string`)
  const type = text('contentType', contentType)
  const { modelOverride, mutations } = attempt ?? {}
  if (modelOverride === undefined || mutations === undefined) throw new RequestError('RQ0002', `an attempt is ${typeOf(attempt)}; pass a decision or one of its fallbacks`)
  const changes = mutations.body ?? []
  if (given.length === 0 || (modelOverride === null && changes.length === 0)) return body
  const answer = border.native.rewriteBody(given, JSON.stringify({ model: modelOverride, body: changes }), type)
  return typeof answer === 'string' ? border.open(answer) : answer
}

module.exports = { rewriteBody }
