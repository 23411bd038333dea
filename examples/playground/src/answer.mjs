// From a question to an answer: a router for the manifest, the endpoints told to it, the decision explained, and the same request under more seeds.

import { InferrouteError, ManifestError, Router } from 'inferroute'
import { asked } from './asked.mjs'
import { resend } from './resend.mjs'
import { measure, report } from './tell.mjs'

/** The host's clock. Everything happens at once, so that no polled value is stale. */
const NOW = 1_000_000_000n

/** Seeds that the spread counts. */
const SEEDS = 200n

/** Never throws for what a person may have typed: diagnostics, problems or an outcome. */
export function answer({ manifest, strategy, seed, request, endpoints, sent }) {
  const found = { diagnostics: [], leftOut: 0, problems: [], plan: null, endpoints: [], outcome: null, explanation: null, spread: [] }
  const router = load(manifest, { strategy, seed }, found)
  if (router === null) return found
  found.diagnostics = router.warnings.map(diagnostic)
  found.plan = { pools: router.pools, headerNames: router.headerNames, models: router.publishedModels(hostname(request.host)) }
  // What was sent comes first: the counts and loads that somebody has written down are those of now.
  found.problems.push(...report(router, endpoints, NOW))
  found.problems.push(...resend(router, sent, NOW))
  found.problems.push(...measure(router, endpoints, NOW))
  const { headers, options } = asked(request, NOW)
  noted(found, 'request', () => {
    // Explained before anything decides: a decision moves the turn of `round_robin`.
    const why = router.explain(headers, { ...options, seed })
    found.outcome = outcome(router.decide(headers, { ...options, seed }))
    found.explanation = { ...why.toJSON(), seed: why.seed.toString(), text: why.toString() }
    found.spread = spread(router, headers, options)
  })
  const declared = new Set(endpoints.filter((endpoint) => !endpoint.declared).map(({ name }) => fullName(name)))
  found.endpoints = router.endpoints().map(({ id, address, ready, inFlight }) => ({ id, address, ready, inFlight, declared: !declared.has(id.replace(/:\d+$/, '')) }))
  return found
}

function load(manifest, options, found) {
  try {
    return new Router(manifest, options)
  } catch (error) {
    if (error instanceof ManifestError) {
      found.diagnostics = error.problems.map(diagnostic)
      found.leftOut = error.leftOut
    } else {
      note(found, 'strategy', error)
    }
    return null
  }
}

const diagnostic = (each) => ({ ...each, text: each.toString() })

const hostname = (host) => host.replace(/:\d+$/, '') || null

const fullName = (name) => (name.includes('/') ? name : `default/${name}`)

function outcome(decided) {
  if (!decided.ok) return { ok: false, message: decided.message, ...decided.toJSON(), seed: decided.seed.toString() }
  const { ruleName, matchIndex, modelOverride, priority, criticality, promptTokens, cachedTokens, rewrittenPath, prefill } = decided
  return { ok: true, ...decided.toJSON(), seed: decided.seed.toString(), ruleName, matchIndex, modelOverride, priority, criticality, promptTokens, cachedTokens, rewrittenPath, prefill }
}

/** Where the request goes under the seeds from 0 on, most frequent first. */
function spread(router, headers, options) {
  const counts = new Map()
  for (let seed = 0n; seed < SEEDS; seed += 1n) {
    const decided = router.decide(headers, { ...options, seed })
    const to = decided.ok ? decided.endpoint : `${decided.status} ${decided.reason}`
    counts.set(to, (counts.get(to) ?? 0) + 1)
  }
  return Array.from(counts, ([to, count]) => ({ to, count, of: Number(SEEDS) })).sort((a, b) => b.count - a.count)
}

/** Runs `act`; what the library says against it becomes a problem at that place. */
function noted(found, at, act) {
  try {
    act()
  } catch (error) {
    note(found, at, error)
  }
}

function note(found, at, error) {
  if (!(error instanceof InferrouteError)) throw error
  found.problems.push({ at, code: error.code, message: error.message })
}
