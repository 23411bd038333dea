// The editor of the manifest: a textarea, its line numbers, and the painted copy behind it that shows what is wrong.

import { el } from './dom.js'
import { byGravity, row } from './paint.js'

/** More lines than these are not painted: they would make typing slow. */
const MOST_LINES = 4_000

export class Editor {
  #area
  #paint
  #numbers
  #diagnostics = new Map()

  constructor(root, changed) {
    this.#area = root.querySelector('textarea')
    this.#paint = root.querySelector('.paint')
    this.#numbers = root.querySelector('.gutter pre')
    this.#area.addEventListener('input', () => {
      this.#draw()
      changed()
    })
    this.#area.addEventListener('scroll', () => this.#scrolled())
    this.#area.addEventListener('keydown', (event) => this.#pressed(event))
  }

  get text() {
    return this.#area.value
  }

  set text(text) {
    this.#area.value = text
    this.#area.scrollTo(0, 0)
    this.#diagnostics = new Map()
    this.#draw()
  }

  /** Shows what is wrong, each finding at its line. */
  show(diagnostics) {
    this.#diagnostics = byLine(diagnostics)
    const isWrong = diagnostics.some(({ severity }) => severity === 'error')
    this.#area.setAttribute('aria-invalid', String(isWrong))
    this.#draw()
  }

  /** Puts the cursor on what a diagnostic is about. */
  go({ line, column, endColumn }) {
    const lines = this.text.split('\n')
    const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
    const units = (count) => [...(lines[line - 1] ?? '')].slice(0, count - 1).join('').length
    this.#area.focus()
    this.#area.setSelectionRange(before + units(column), before + units(endColumn))
    this.#area.scrollTop = Math.max(0, (line - 6) * 20)
  }

  #draw() {
    const lines = this.text.split('\n')
    const isPainted = lines.length <= MOST_LINES
    this.#paint.replaceChildren(...(isPainted ? lines.map((line, index) => row(line, this.#diagnostics.get(index + 1))) : [this.text]))
    this.#numbers.replaceChildren(...lines.map((_, index) => this.#number(index + 1)))
    this.#scrolled()
  }

  #number(line) {
    const found = this.#diagnostics.get(line)
    return found === undefined ? el('span', null, String(line)) : el(`span.${byGravity(found)[0].severity}`, null, String(line))
  }

  #scrolled() {
    const { scrollTop, scrollLeft } = this.#area
    this.#paint.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`
    this.#numbers.style.transform = `translateY(${-scrollTop}px)`
  }

  /** A new line begins where the one above does. Tab stays what moves on to the next field. */
  #pressed(event) {
    if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const { value, selectionStart } = this.#area
    const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart)
    event.preventDefault()
    // The one way of writing that the browser can undo.
    document.execCommand('insertText', false, `\n${/^ */.exec(line)[0]}`)
  }
}

function byLine(diagnostics) {
  const lines = new Map()
  for (const each of diagnostics) lines.set(each.line, [...(lines.get(each.line) ?? []), each])
  return lines
}
