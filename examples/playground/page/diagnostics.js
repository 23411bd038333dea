// The list of what a load found, below the editor.

import { el } from './dom.js'

export function diagnosticItems(diagnostics, leftOut, go) {
  const items = diagnostics.map((each) => {
    const { code, severity, message, help, line, column, object, field } = each
    const where = [object, field].filter((part) => part !== '').join(' ')
    return el(
      'li',
      null,
      el(
        `button.${severity}`,
        { type: 'button', onclick: () => go(each) },
        el('span.code', { title: severity }, el('span.sr', null, `${severity} `), code),
        el('span', null, message),
        el('span.place', null, `line ${line}:${column}`),
        where !== '' && el('span.where.mono', null, where),
        help !== '' && el('span.help', null, help),
      ),
    )
  })
  return leftOut > 0 ? [...items, el('li.more', null, `${leftOut} more are left out`)] : items
}

/** `2 errors, 1 warning`. */
export function counted(diagnostics, leftOut) {
  const counts = ['error', 'warning', 'info'].map((severity) => {
    const count = diagnostics.filter((each) => each.severity === severity).length + (severity === 'error' ? leftOut : 0)
    return count === 0 ? null : `${count} ${severity}${count === 1 || severity === 'info' ? '' : 's'}`
  })
  return counts.filter((each) => each !== null).join(', ')
}
