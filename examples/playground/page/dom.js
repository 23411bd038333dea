// Elements out of values. Text is always text: nothing of a manifest or an answer is read as markup.

/** `el('p.note', {id: 'x', onclick}, 'text', child, …)`; `null` and `false` among the children are left out. */
export function el(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.')
  const element = document.createElement(name)
  if (classes.length > 0) element.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

export const byId = (id) => document.getElementById(id)

/** A bar that is full at 1. Its number stands beside it, so readers of the screen pass it over. */
export function meter(share) {
  const fill = el('i')
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`
  return el('span.meter', { 'aria-hidden': 'true' }, fill)
}

/** As few digits as tell, at most four behind the point. */
export const short = (number) => (Number.isInteger(number) ? String(number) : number.toFixed(Math.abs(number) < 1e-3 ? 4 : 3).replace(/0+$/, '').replace(/\.$/, ''))

/** An id without the namespace that everything has that states none. */
export const plainId = (id) => id.replace(/^default\//, '')
