// A line of the manifest as it is painted: coloured, underlined where something is wrong, with the message behind it.

import { el } from './dom.js'
import { parts } from './yaml.js'

const RANK = { error: 0, warning: 1, info: 2 }

/** The gravest first. */
export const byGravity = (diagnostics) => [...diagnostics].sort((a, b) => RANK[a.severity] - RANK[b.severity])

export function row(line, diagnostics = []) {
  if (diagnostics.length === 0) return el('span.row', null, coloured(line, 0, line.length, parts(line)), '\n')
  const [worst, ...others] = byGravity(diagnostics)
  const [from, to] = range(line, worst)
  const found = parts(line)
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return el(
    `span.row.${worst.severity}`,
    null,
    coloured(line, 0, from, found),
    // A line without letters there still shows where.
    el(`u.${worst.severity}`, null, to > from ? coloured(line, from, to, found) : ' '),
    coloured(line, to, line.length, found),
    el(`span.lens.${worst.severity}`, null, `${worst.code} ${worst.message}${more}`),
    '\n',
  )
}

/** The columns of a diagnostic, which count characters, as places in the string. */
function range(line, { column, endColumn }) {
  const units = [0]
  for (const character of line) units.push(units.at(-1) + character.length)
  const place = (column) => units[Math.min(Math.max(column - 1, 0), units.length - 1)]
  return [place(column), Math.max(place(endColumn), place(column))]
}

function coloured(line, from, to, found) {
  const pieces = []
  let at = from
  for (const part of found) {
    const [begin, end] = [Math.max(part.from, at), Math.min(part.to, to)]
    if (begin >= end) continue
    if (begin > at) pieces.push(line.slice(at, begin))
    pieces.push(el(`span.${part.kind}`, null, line.slice(begin, end)))
    at = end
  }
  if (at < to) pieces.push(line.slice(at, to))
  return pieces
}
