'use strict'
// What a request has, as it crosses the border: numbers, the lengths of its texts, and the texts. src/asked.rs reads it, of one request as of many.

const { GIVEN, PORT, PROMPT_TOKENS } = require('./native.js')

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

/** Texts that cross as one: a line break between them keeps halves of characters apart that are no text by themselves. */
class Texts {
  #texts = []

  add(text) {
    this.#texts.push(text)
  }

  asOne() {
    return this.#texts.length === 1 ? this.#texts[0] : this.#texts.join('\n')
  }
}

/** The same, written to `bytes` as long as they have room there and are ASCII: for few short texts that is quicker than a string that crosses. */
class Packed {
  constructor(bytes) {
    this.bytes = bytes
    this.begin()
  }

  begin() {
    this.length = 0
    this.fits = true
  }

  add(text) {
    const { bytes } = this
    let at = this.length
    const end = at + text.length
    if (end >= bytes.length) {
      this.fits = false
      return
    }
    for (let index = 0; at < end; index += 1, at += 1) {
      const code = text.charCodeAt(index)
      if (code > 127) this.fits = false
      bytes[at] = code
    }
    bytes[end] = LINE_BREAK
    this.length = end + 1
  }
}

module.exports = { FIXED, Packed, Texts, say }
