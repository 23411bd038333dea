'use strict'
// The tables of a plan: what the numbers of a decision stand for.

const { diagnostics } = require('./errors.js')

class Plan {
  constructor({ header_names: headerNames, pools, rules, warnings }) {
    this.headerNames = Object.freeze(headerNames)
    this.pools = Object.freeze(pools)
    this.warnings = diagnostics(warnings)
    this.rules = rules.map(({ route, index, name, backend_refs: refs }) => ({ route, index, name, backendRefs: refs.map(backendRef) }))
  }
}

function backendRef({ kind, namespace, name, model }) {
  const backend = Object.freeze({ kind, namespace, name })
  return { backend, pool: kind === 'InferencePool' ? `${namespace}/${name}` : null, model }
}

module.exports = { Plan }
