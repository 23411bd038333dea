'use strict'
// The tables of a plan: what the numbers of a decision stand for.

const { diagnostics } = require('./errors.js')

class Plan {
  constructor({ header_names: headerNames, pools, rules, warnings, primary_port: primaryPort }) {
    this.headerNames = Object.freeze(headerNames)
    this.pools = Object.freeze(pools)
    this.warnings = diagnostics(warnings)
    this.rules = rules.map(({ route, index, name, backend_refs: refs }) => ({ route, index, name, backendRefs: refs.map(backendRef), primaryPort }))
  }
}

/** Of a backendRef that asks for no mutations. */
const NOTHING = Object.freeze({})

function backendRef({ kind, namespace, name, model, mutations }) {
  const backend = Object.freeze({ kind, namespace, name })
  const pool = kind === 'InferencePool' ? `${namespace}/${name}` : null
  return { backend, pool, model, mutations: mutations === undefined ? NOTHING : frozen(mutations) }
}

/** Freezes a tree: every decision on the backendRef shares it. */
function frozen(tree) {
  if (tree === null || typeof tree !== 'object') return tree
  Object.values(tree).forEach(frozen)
  return Object.freeze(tree)
}

module.exports = { Plan, frozen }
