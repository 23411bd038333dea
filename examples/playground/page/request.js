// The form of the request.

import { byId, el } from './dom.js'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

export class RequestForm {
  #fields = {}
  #headers = []
  #list = el('div.headers')
  #problem = el('p.problem', { role: 'alert', hidden: true })
  #changed

  constructor(root, changed) {
    this.#changed = changed
    const add = el('button.quiet', { type: 'button', id: 'add-header', onclick: () => this.#addHeader(['', ''], true) }, '+ Add a header')
    root.replaceChildren(
      el(
        'div.card',
        null,
        el(
          'div.fields',
          null,
          this.#field('method', 'Method', 'method', el('select', null, METHODS.map((method) => el('option', null, method)))),
          this.#field('path', 'Path', 'path', el('input.mono-in', { placeholder: '/' })),
          this.#field('host', 'Host', 'host', el('input.mono-in', { placeholder: 'any' })),
          this.#field('model', 'Model of the body', 'two', el('input.mono-in', { placeholder: 'none' })),
          this.#field('objective', 'Objective', 'objective', el('input.mono-in', { placeholder: 'namespace/name' })),
          this.#field('prompt', 'Prompt', 'wide', el('textarea', { rows: 1, placeholder: 'none' })),
          el('div.field.wide', { role: 'group', 'aria-label': 'Headers' }, el('span.label', null, 'Headers'), this.#list, this.#problem),
        ),
        el('div.below', null, add),
      ),
    )
  }

  #field(name, label, place, control) {
    const id = `request-${name}`
    control.id = id
    control.autocomplete = 'off'
    control.spellcheck = name === 'prompt'
    control.addEventListener('input', this.#changed)
    this.#fields[name] = control
    return el(`div.field.${place}`, null, el('label', { for: id }, label), control)
  }

  #addHeader([name, value], isNew) {
    const written = (label, text, placeholder) => el('input', { 'aria-label': label, placeholder, autocomplete: 'off', spellcheck: 'false', value: text, oninput: this.#changed })
    const header = { name: written('Header name', name, 'name'), value: written('Header value', value, 'value') }
    const remove = () => {
      this.#headers = this.#headers.filter((each) => each !== header)
      row.remove()
      byId('add-header').focus()
      this.#changed()
    }
    const row = el('div.header', null, header.name, header.value, el('button.plain.icon', { type: 'button', 'aria-label': 'Remove this header', title: 'Remove', onclick: remove }, '×'))
    this.#headers.push(header)
    this.#list.append(row)
    if (isNew) header.name.focus()
  }

  get value() {
    const fields = Object.fromEntries(Object.entries(this.#fields).map(([name, control]) => [name, control.value]))
    const headers = this.#headers.map(({ name, value }) => [name.value.trim(), value.value]).filter(([name]) => name !== '')
    return { ...fields, path: fields.path === '' ? '/' : fields.path, headers }
  }

  set value({ headers, ...fields }) {
    for (const [name, value] of Object.entries(fields)) this.#fields[name].value = value
    this.#headers = []
    this.#list.replaceChildren()
    headers.forEach((header) => this.#addHeader(header, false))
  }

  /** Shows what the library has against the request. */
  show(problems) {
    this.#problem.textContent = problems.map(({ code, message }) => `${code} ${message}`).join(' ')
    this.#problem.hidden = problems.length === 0
  }
}
