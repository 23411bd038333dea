// The score table: what each filter and scorer made of each endpoint, what was drawn, and what would have changed the pick.

import { el, meter, plainId, short } from './dom.js'

/** What was looked at, endpoint by endpoint: one table for each profile that ran. */
export function scores({ explanation, outcome }) {
  const { endpoints, picked, scorersFailed } = explanation
  if (endpoints.length === 0) {
    const why = outcome.ok ? 'The backendRef names one endpoint, so nothing was compared.' : 'No endpoint was looked at.'
    return el('p.card.nothing', null, why)
  }
  const profiles = [...new Set(endpoints.map(({ profile }) => profile))]
  const tables = profiles.map((profile) => table(profile, endpoints.filter((each) => each.profile === profile), picked, profiles.length > 1))
  const failed = scorersFailed.map(({ scorer, reason }) => el('p', null, el('b', null, `${scorer} failed: `), reason))
  const asides = [...failed, ...asidesOf(explanation)]
  return el('div.card', null, tables, asides.length > 0 && el('div.asides', null, asides))
}

/** For the head of the section. */
export function scoresNote({ explanation: { endpoints, picked } }) {
  const kept = endpoints.filter(({ removedBy }) => removedBy === null).length
  const pickers = picked.map(({ picker }) => picker).join(', ')
  return endpoints.length === 0 ? '' : `${kept} of ${endpoints.length} left by the filters${pickers === '' ? '' : `, ${pickers}`}`
}

function table(profile, endpoints, picked, isOneOfMany) {
  const ids = new Set(picked.map(({ endpoint }) => endpoint))
  const kept = endpoints.filter(({ removedBy }) => removedBy === null)
  const removed = endpoints.filter(({ removedBy }) => removedBy !== null)
  const ranked = [...kept].sort((a, b) => (b.total ?? -Infinity) - (a.total ?? -Infinity) || ids.has(b.id) - ids.has(a.id))
  // A picker that draws some and compares those leaves the others unrated.
  const scorers = kept.reduce((most, { scores }) => (scores.length > most.length ? scores : most), [])
  const heads = scorers.map(({ scorer, weight }) => el('th.n', { scope: 'col' }, scorerName(scorer), el('span.times', null, `× ${short(weight)}`)))
  const hasTotal = scorers.length > 0
  return el(
    'table.scores',
    { 'data-profile': profile },
    isOneOfMany ? el('caption', null, `Profile ${profile}`) : el('caption.sr', null, 'Scores of the endpoints: rating, and its points'),
    el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'Endpoint'), heads, el('th.n', { scope: 'col' }, hasTotal ? 'Total' : 'In flight'))),
    el('tbody', null, ranked.map((each) => keptRow(each, ids.has(each.id), scorers.length)), removed.map((each) => removedRow(each, scorers.length + 1))),
  )
}

const scorerName = (name) => name.replace(/-scorer$/, '').replaceAll('-', '-\u200b')

function keptRow({ id, inFlight, scores, total }, isPicked, columns) {
  const hasTotal = columns > 0
  const rated = scores.map(({ scorer, rating, weight, points }) => {
    const share = weight === 0 ? 0 : points / weight
    const value = rating === null ? el('span.raw', { title: 'The scorer knows nothing of it' }, 'unknown') : [el('span.raw', null, short(rating)), el('span.arrow', null, '→'), el('wbr'), short(points)]
    return el('td.n', { 'data-label': scorer }, el('span.value', null, value), meter(share))
  })
  const cells = scores.length < columns ? el('td.why', { colspan: columns }, 'not compared') : rated
  const last = hasTotal ? (total === null ? '–' : total.toFixed(4)) : String(inFlight)
  return el(
    `tr${isPicked ? '.picked' : ''}`,
    { 'data-endpoint': id },
    el('th', { scope: 'row' }, plainId(id), isPicked && ' ', isPicked && el('span.badge', null, 'picked'), hasTotal && el('span.flight', null, `${inFlight} in flight`)),
    cells,
    el('td.n.total', { 'data-label': hasTotal ? 'Total' : 'In flight' }, el('span.value', null, last)),
  )
}

function removedRow({ id, inFlight, removedBy, demand }, columns) {
  const why = removedBy === 'ready' ? ['not ready'] : ['removed by ', el('code', null, removedBy), `, which asks for ${demand}`]
  return el('tr.removed', { 'data-endpoint': id }, el('th', { scope: 'row' }, plainId(id), el('span.flight', null, `${inFlight} in flight`)), el('td.why', { colspan: columns }, why))
}

function asidesOf({ nearestChange, draws, saturation }) {
  const asides = []
  if (nearestChange !== null) asides.push(el('p', { id: 'nearest' }, el('b', null, 'Nearest change: '), change(nearestChange)))
  for (const { what, number, below } of draws) asides.push(el('p', null, el('b', null, 'Draw '), `of ${what}: ${number} of ${below}`))
  if (saturation !== null) asides.push(el('p', null, el('b', null, 'Saturation '), `of the pool: ${short(saturation.saturation)}, turned away from ${short(saturation.ceiling)} on`))
  return asides
}

function change({ endpoint, behind, by }) {
  const name = plainId(endpoint)
  if (behind === 0) return `${name} has as many points; another seed may pick it`
  if (by === null) return `${name} is ${short(behind)} points behind; no scorer alone could make up for that`
  return `${name} is ${short(behind)} points behind; a ${by.scorer} above ${short(by.wanted)} instead of ${short(by.rating)} would win`
}
