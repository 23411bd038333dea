'use strict'
// What a request has, as it crosses the border: numbers, the lengths of its texts, and the texts. src/asked.rs reads it, of one request as of many.

const { GIVEN, NONE, PORT, PROMPT_TOKENS } = require('./native.js')

/** Numbers of a request before the lengths of its header values: parts, port, tokens of the prompt, and the lengths of ten texts. */
const FIXED = 13

const LINE_BREAK = 10

/** Writes the numbers of the request that `asked` has read to `said` from `at` on, and its texts to `texts`. A length is 1 more than that of the text, 0 where there is none. */
function say(asked, said, at, texts) {
  const { words, values } = asked
  said[at] = words[GIVEN]
  said[at + 1] = words[PORT]
  said[at + 2] = words[PROMPT_TOKENS]
  // Nobody looks at these without HAS_OPTIONS.
  if (asked.hasOptions) {
    said[at + 3] = add(asked.model, texts)
    said[at + 4] = add(asked.host, texts)
    said[at + 5] = add(asked.path, texts)
    said[at + 6] = add(asked.method, texts)
    said[at + 7] = add(asked.gateway, texts)
    said[at + 8] = add(asked.objective, texts)
    said[at + 9] = add(asked.clientNamespace, texts)
    said[at + 10] = add(asked.tenant, texts)
    said[at + 11] = add(asked.subset, texts)
    said[at + 12] = add(asked.pool, texts)
  }
  for (let index = 0; index < values.length; index += 1) said[at + FIXED + index] = add(values[index], texts)
}

function add(text, texts) {
  if (text === undefined) return 0
  texts.add(text)
  return text.length + 1
}

/** Texts that cross as one: a line break after each keeps halves of characters apart that are no text by themselves. */
class Texts {
  #list = []
  #count = 0

  begin() {
    this.#count = 0
  }

  add(text) {
    this.#list[this.#count] = text
    this.#count += 1
  }

  /** The bytes that they take where they have room in `bytes` and are ASCII, which they are then written to: for few short texts that is quicker than a string that crosses. Else `NONE`. */
  pack(bytes) {
    let end = 0
    let all = 0
    for (let which = 0; which < this.#count; which += 1) {
      const text = this.#list[which]
      const { length } = text
      if (end + length >= bytes.length) return NONE
      for (let at = 0; at < length; at += 1) {
        const code = text.charCodeAt(at)
        all |= code
        bytes[end + at] = code
      }
      bytes[end + length] = LINE_BREAK
      end += length + 1
    }
    return all > 127 ? NONE : end
  }

  /** A string of them all, without the last line break. */
  asOne() {
    return this.#count === 1 ? this.#list[0] : this.#list.slice(0, this.#count).join('\n')
  }
}

module.exports = { FIXED, Texts, say }
