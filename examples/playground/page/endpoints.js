// The table of endpoints: those that the host reports, which can be edited, and those of the manifest, of which the load can.

import { byId, el } from './dom.js'
import { EndpointRow } from './endpoint_row.js'

const COLUMNS = [
  ['Name', 'w-name', ''],
  ['Address', 'w-address', ''],
  ['Labels', '', ''],
  ['Ready', 'w-tick', 'tick'],
  ['Waiting', 'w-number', 'number'],
  ['Running', 'w-number', 'number'],
  ['KV usage', 'w-number', 'number'],
  ['In flight', 'w-number', 'number'],
]

export class EndpointTable {
  #rows = []
  #body = el('tbody')
  #empty = el('p.empty', null, 'No endpoints. Pools are empty until one is added or the manifest brings some.')
  #changed
  /** Loads of endpoints of manifests that were removed by an edit, for when they come back. */
  #remembered = new Map()

  constructor(root, changed) {
    this.#changed = changed
    const columns = [...COLUMNS.map(([, width]) => el('col', { class: width })), el('col.w-end')]
    const heads = [...COLUMNS.map(([title, , kind]) => el('th', { scope: 'col', class: kind }, title)), el('th', null, el('span.sr', null, 'Remove'))]
    root.replaceChildren(
      el(
        'div.card',
        null,
        el('table.table', { 'aria-labelledby': 'endpoints-title' }, el('colgroup', null, columns), el('thead', null, el('tr', null, heads)), this.#body),
        this.#empty,
        el('div.below', null, el('button.quiet', { type: 'button', id: 'add-endpoint', onclick: () => this.#addNew() }, '+ Add an endpoint')),
      ),
    )
  }

  get value() {
    return this.#rows.map((row) => row.value)
  }

  set value(endpoints) {
    this.#rows = []
    this.#body.replaceChildren()
    this.#remembered = new Map()
    endpoints.forEach((endpoint) => this.#add(endpoint))
    this.#empty.hidden = this.#rows.length > 0
  }

  /** Takes in the endpoints that the manifest brings, and shows what became of each endpoint in the decision. */
  show({ plan, endpoints, problems, outcome, explanation }) {
    if (plan !== null) this.#take(endpoints.filter(({ declared }) => declared))
    const fates = new Map(explanation?.endpoints.map(({ id, removedBy }) => [id, removedBy === null ? 'kept' : 'removed']))
    if (outcome?.ok) fates.set(outcome.endpoint, 'picked')
    this.#rows.forEach((row, index) => {
      row.fate = ['picked', 'kept', 'removed'].find((fate) => [...fates].some(([id, is]) => is === fate && row.has(id))) ?? 'outside'
      row.problems = problems.filter(({ at }) => at.startsWith(`endpoints[${index}].`))
    })
  }

  #take(declared) {
    const ids = new Set(declared.map(({ id }) => id))
    for (const row of this.#rows.filter((each) => each.isDeclared && !ids.has(each.value.name))) {
      this.#remembered.set(row.value.name, row.value)
      this.#remove(row)
    }
    for (const { id, address } of declared) {
      if (this.#rows.some((row) => row.isDeclared && row.value.name === id)) continue
      this.#add({ ...this.#remembered.get(id), name: id, address: address ?? '', declared: true })
    }
    this.#empty.hidden = this.#rows.length > 0
  }

  #add(endpoint) {
    const row = new EndpointRow(endpoint, this.#changed, () => {
      this.#remove(row)
      this.#empty.hidden = this.#rows.length > 0
      byId('add-endpoint').focus()
      this.#changed()
    })
    this.#rows.push(row)
    this.#body.append(...row.elements)
    return row
  }

  #remove(row) {
    this.#rows = this.#rows.filter((each) => each !== row)
    row.elements.forEach((element) => element.remove())
  }

  /** A new endpoint is like the last one, but for its name and address. */
  #addNew() {
    const reported = this.value.filter(({ declared }) => !declared)
    const names = new Set(reported.map(({ name }) => name))
    let number = reported.length
    while (names.has(`endpoint-${number}`)) number += 1
    const labels = reported.at(-1)?.labels ?? []
    const row = this.#add({ name: `endpoint-${number}`, address: `10.0.1.${number % 250}`, labels: Object.fromEntries(labels) })
    this.#empty.hidden = true
    row.focus()
    this.#changed()
  }
}
