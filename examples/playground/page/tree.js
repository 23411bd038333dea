// The explanation as a tree: each part of the decision with its steps.

import { el, plainId } from './dom.js'

const MATCHES = 'matches, in order of precedence'
/** The table above says the same, so this part begins closed. */
const ENDPOINTS = 'endpoints of the pool'

/** `closed` are the titles of the parts that somebody closed, or left closed. */
export function tree({ explanation }, closed) {
  const parts = explanation.sections.map(({ title, lines, leftOut }) => {
    const steps = title === MATCHES ? explanation.matches.map(match) : lines.map(step)
    const details = el(
      'details',
      { open: !closed.has(title), ontoggle: () => (details.open ? closed.delete(title) : closed.add(title)) },
      el('summary', null, title, el('span.count', null, String(lines.length + leftOut))),
      el('ul.branch', null, leftOut > 0 && el('li.no', null, `${leftOut} more before the last`), steps),
    )
    return el('li', null, details)
  })
  const copy = el('button.quiet', { type: 'button', onclick: () => copied(copy, explanation.text) }, 'Copy as text')
  return el('div.card', null, el('ul.tree', null, parts), el('div.copy', null, copy))
}

export const CLOSED_AT_FIRST = [ENDPOINTS]

function match({ route, rule, matchIndex, miss }) {
  const name = `${plainId(route)} rule ${rule} match ${matchIndex}`
  return miss === null ? el('li.held', null, el('span.yes', null, '✓ '), name, ' holds') : el('li', null, el('span.no', null, '× '), `${name}: `, el('span.no', null, miss))
}

const step = (line) => el(/^(chosen|picked by|asks for)\b/.test(line) ? 'li.chosen' : 'li', null, line)

async function copied(button, text) {
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    button.textContent = 'The browser does not let me'
  }
  setTimeout(() => (button.textContent = 'Copy as text'), 1500)
}
