// The decision at a glance: where the request goes, by which rule, and where it would go under other seeds.

import { el, meter, plainId } from './dom.js'

/** `send` is called when somebody sends the request on its way. */
export function verdict(answer, send) {
  const { outcome, spread, explanation } = answer
  const body = outcome.ok ? accepted(outcome, send) : refused(outcome, explanation)
  return el(`div.card.verdict${outcome.ok ? '' : '.bad'}`, null, body, spreadOf(spread, outcome))
}

/** One line for the small summary, and for those who hear the page. */
export function headline({ outcome }) {
  if (!outcome.ok) return `${outcome.status} ${outcome.reason}`
  return `${plainId(outcome.endpoint)} by ${ruleOf(outcome)} of ${plainId(outcome.route)}`
}

const ruleOf = ({ rule, ruleName }) => (ruleName ? `rule ${ruleName}` : `rule ${rule}`)

function accepted(outcome, send) {
  const { route, backend, pool, endpoint, address, model, modelOverride, priority, criticality, fallbacks, mutations, prefill, rewrittenPath, promptTokens, cachedTokens, seed } = outcome
  const steps = [
    ['route', plainId(route)],
    ['rule', outcome.ruleName ?? String(outcome.rule)],
    [backend.kind === 'InferencePool' ? 'pool' : backend.kind, plainId(pool ?? `${backend.namespace}/${backend.name}`)],
  ]
  const facts = [
    ['model', modelOverride === null ? (model ?? 'none') : `${modelOverride} (written into the request)`],
    promptTokens > 0 && ['prompt', `${promptTokens} tokens, ${cachedTokens} of them held there`],
    prefill !== null && ['prefill', `${plainId(prefill.id)} ${prefill.address ?? ''}`],
    criticality !== null && ['criticality', criticality],
    priority !== 0 && ['priority', String(priority)],
    ['fallbacks', fallbacks.length === 0 ? 'none' : fallbacks.map((each) => plainId(each.endpoint)).join(', ')],
    ['path', rewrittenPath],
    Object.keys(mutations).length > 0 && ['mutations', el('pre', null, JSON.stringify(mutations, null, 2))],
    ['seed', seed],
  ]
  return [
    el(
      'div.top',
      null,
      el('p.to', null, plainId(endpoint), ' ', el('span.address', null, address ?? '')),
      address !== null && el('button.send', { type: 'button', id: 'send', title: 'The router then remembers it: its prompt and its session', onclick: send }, 'Send it'),
    ),
    way(steps),
    listOf(facts),
  ]
}

function refused({ status, reason, message, route, rule, location, directResponse, seed }, explanation) {
  const steps = route === null ? [] : [['route', plainId(route)], ['rule', String(rule)]]
  const facts = [
    location !== null && ['location', el('pre', null, JSON.stringify(location))],
    directResponse !== null && ['answer', el('pre', null, JSON.stringify(directResponse, null, 2))],
    explanation.saturation !== null && ['saturation', `${explanation.saturation.saturation.toFixed(3)}, turned away from ${explanation.saturation.ceiling} on`],
    ['seed', seed],
  ]
  return [el('p.to', null, el('span.status', null, `${status} ${reason}`)), el('p.message', null, message), way(steps), listOf(facts)]
}

const way = (steps) => steps.length > 0 && el('ol.way', { 'aria-label': 'The way there' }, steps.map(([kind, name]) => el('li', null, el('span.kind', null, kind), ' ', el('code', null, name))))

const listOf = (facts) => el('dl.facts', null, facts.filter(Boolean).flatMap(([name, value]) => [el('dt', null, name), el('dd', null, value)]))

function spreadOf(spread, outcome) {
  if (spread.length === 0) return null
  const now = outcome.ok ? outcome.endpoint : `${outcome.status} ${outcome.reason}`
  const rows = spread.slice(0, 8).map(({ to, count, of }) =>
    el('li', { 'data-now': to === now }, el('span.name', { title: to }, plainId(to)), meter(count / of), el('span.share', null, `${((100 * count) / of).toFixed(1)} %`)),
  )
  const title = spread.length === 1 ? `Every one of ${spread[0].of} seeds decides the same` : `Under ${spread[0].of} seeds`
  return el('div.spread', null, el('h3', null, title), el('ul', null, rows), spread.length > 8 && el('p.note', null, `and ${spread.length - 8} more`))
}
