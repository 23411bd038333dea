'use strict'
// What kind of array or buffer a value is, by what it is inside and not by what it says. In every runtime, unlike `node:util`.

const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get
const sharedLength = globalThis.SharedArrayBuffer && Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength').get

/** The name of a typed array's class, `undefined` for whatever is none. A class made of one counts as it. */
const kindOf = (value) => tag.call(value)

function isShared(buffer) {
  if (sharedLength === undefined) return false
  try {
    sharedLength.call(buffer)
    return true
  } catch {
    return false
  }
}

module.exports = { kindOf, isShared }
