// The requests that were sent before: what a router has learned from them is part of its state.

import { el, plainId } from './dom.js'

/** As many as the server takes. */
const MOST = 32

export class SentList {
  #sent = []
  #list = el('ol.sent')
  #empty = el('p.empty', null, 'Nothing. Send the request beside, and prefix caches and sessions have something to go by.')
  #clear
  #changed

  constructor(root, changed) {
    this.#changed = changed
    this.#clear = el('button.quiet', { type: 'button', onclick: () => this.#keep([]) }, 'Forget all')
    root.replaceChildren(el('div.card', null, this.#list, this.#empty, el('div.below', { hidden: true }, this.#clear)))
  }

  get value() {
    return this.#sent
  }

  set value(sent) {
    this.#sent = sent
    this.show([])
  }

  /** The request was sent to that endpoint. */
  add(request, endpoint) {
    this.#keep([...this.#sent, { request, endpoint }].slice(-MOST))
  }

  /** Shows the list, with what could not be sent again. */
  show(problems) {
    const items = this.#sent.map((each, index) => this.#item(each, problems.find(({ at }) => at === `sent[${index}]`)))
    this.#list.replaceChildren(...items)
    this.#empty.hidden = items.length > 0
    this.#clear.parentElement.hidden = items.length === 0
  }

  #item({ request, endpoint }, problem) {
    const what = request.prompt || [request.model || 'no model', ...request.headers.map((header) => header.join(': '))].join(', ')
    const remove = el('button.plain.icon', { type: 'button', 'aria-label': `Forget what was sent to ${plainId(endpoint)}`, title: 'Forget' }, '×')
    const item = el('li', null, el('code', null, plainId(endpoint)), el('span.what', { title: what }, what), remove, problem && el('p.problem', null, `not counted: ${problem.message}`))
    remove.addEventListener('click', () => this.#keep(this.#sent.filter((each) => each.request !== request)))
    return item
  }

  #keep(sent) {
    this.value = sent
    this.#changed()
  }
}
