// One endpoint of the table.

import { el } from './dom.js'

/** Field, its column's title, its step, its most. */
const NUMBERS = [
  ['waiting', 'Waiting', 1, null],
  ['running', 'Running', 1, null],
  ['kvUsage', 'KV usage', 0.05, 1],
  ['inFlight', 'In flight', 1, null],
]

export class EndpointRow {
  #name
  #address
  #labels
  #ready
  #numbers = {}
  #row
  #trouble = el('td', { colspan: 9 })
  #reported = []

  constructor({ name, address = '', labels = {}, ready = true, declared = false, ...numbers }, changed, remove) {
    this.isDeclared = declared
    const input = (label, value, more) => el('input', { 'aria-label': label, autocomplete: 'off', spellcheck: 'false', value, oninput: () => this.#edited(changed), ...more })
    this.#name = input('Name', name)
    this.#address = input('Address', address, { placeholder: 'ip' })
    this.#labels = input('Labels', Object.entries(labels).map((label) => label.join('=')).join(', '), { placeholder: 'key=value, …' })
    this.#ready = el('input', { type: 'checkbox', 'aria-label': `${name} is ready`, checked: ready, onchange: changed })
    const numberCells = NUMBERS.map(([field, label, step, max]) => {
      const control = input(`${label} of ${name}`, numbers[field] ?? '', { type: 'number', min: 0, max, step, inputmode: 'decimal', placeholder: '–', class: 'number' })
      this.#numbers[field] = control
      return el('td', { 'data-label': label }, control)
    })
    const known = declared
      ? [
          el('td.name', { 'data-label': 'Name' }, el('span.fixed', null, name.replace(/^default\//, ''))),
          el('td.labels', { colspan: 3, 'data-label': 'Address' }, el('span.fixed', { title: 'Change it in the manifest' }, address === '' ? 'of the manifest' : address)),
        ]
      : [
          el('td.name', { 'data-label': 'Name' }, this.#name),
          el('td.address', { 'data-label': 'Address' }, this.#address),
          el('td.labels', { 'data-label': 'Labels' }, this.#labels),
          el('td.tick', { 'data-label': 'Ready' }, this.#ready),
        ]
    const end = declared ? el('td.end') : el('td.end', null, el('button.plain.icon', { type: 'button', 'aria-label': `Remove ${name}`, title: 'Remove', onclick: remove }, '×'))
    this.#row = el('tr', null, known, numberCells, end)
    this.elements = [this.#row, el('tr.trouble', { hidden: true }, this.#trouble)]
  }

  get value() {
    const number = (control) => (control.value === '' ? null : Number(control.value))
    return {
      name: this.#name.value.trim(),
      declared: this.isDeclared,
      address: this.#address.value.trim(),
      labels: this.#parsedLabels().filter((label) => label.length === 2),
      ready: this.#ready.checked,
      ...Object.fromEntries(Object.entries(this.#numbers).map(([field, control]) => [field, number(control)])),
    }
  }

  /** Whether this is the endpoint of that id, or of one port of it. */
  has(id) {
    const { name } = this.value
    const own = name.includes('/') ? name : `default/${name}`
    return id === own || (id.startsWith(`${own}:`) && /^\d+$/.test(id.slice(own.length + 1)))
  }

  set fate(fate) {
    this.#row.dataset.fate = fate
  }

  /** What the library has against the endpoint, beside what cannot be read of it. */
  set problems(problems) {
    this.#reported = problems
    this.#tell()
  }

  focus() {
    this.#name.focus()
    this.#name.select()
  }

  #edited(changed) {
    this.#tell()
    changed()
  }

  #parsedLabels() {
    const labels = this.#labels.value.split(',').map((label) => label.trim()).filter((label) => label !== '')
    return labels.map((label) => {
      const sign = label.indexOf('=')
      return sign < 0 ? [label] : [label.slice(0, sign).trim(), label.slice(sign + 1).trim()]
    })
  }

  #tell() {
    const bare = this.#parsedLabels().find((label) => label.length < 2)
    const fields = { name: this.#name, address: this.#address, load: this.#numbers.kvUsage, inFlight: this.#numbers.inFlight }
    const found = this.#reported.map(({ at, code, message }) => [fields[at.split('.')[1]], `${code} ${message}`])
    if (bare !== undefined) found.push([this.#labels, `label ${bare} has no value: write ${bare}=value`])
    for (const control of Object.values(this.#numbers)) if (control.validity.badInput) found.push([control, 'not a number'])
    for (const control of [this.#labels, ...Object.values(fields), ...Object.values(this.#numbers)]) control.removeAttribute('aria-invalid')
    for (const [control] of found) control?.setAttribute('aria-invalid', 'true')
    this.#trouble.replaceChildren(...found.map(([, message]) => el('p.problem', { role: 'alert' }, message)))
    this.elements[1].hidden = found.length === 0
  }
}
