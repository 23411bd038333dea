'use strict'
// What kind of array or buffer a value is, by what it is inside and not by what it says. In every runtime, unlike `node:util`.

const typed = Object.getPrototypeOf(Uint8Array.prototype)
const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get
const tag = getter(typed, Symbol.toStringTag)
const bufferOf = getter(typed, 'buffer')
const unsharedLength = getter(ArrayBuffer.prototype, 'byteLength')

/** The name of a typed array's class, `undefined` for whatever is none. A class made of one counts as it. */
const kindOf = (value) => tag.call(value)

/** Whether other threads may write to a typed array. Asked of the buffer that almost all have: an exception takes microseconds. */
function isShared(array) {
  try {
    unsharedLength.call(bufferOf.call(array))
    return false
  } catch {
    return true
  }
}

module.exports = { kindOf, isShared }
