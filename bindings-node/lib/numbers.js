'use strict'
// Numbers of 64 bits, which JavaScript has as bigint or, below 2^53, as number.

const HALF = 2 ** 32

const isUint64 = (value) =>
  typeof value === 'number'
    ? Number.isSafeInteger(value) && value >= 0
    : typeof value === 'bigint' && BigInt.asUintN(64, value) === value

/** Writes a number that `isUint64` accepts as two halves. */
function split(words, at, value) {
  if (typeof value === 'number') {
    words[at] = value
    words[at + 1] = value / HALF
  } else {
    words[at] = Number(value & 0xffff_ffffn)
    words[at + 1] = Number(value >> 32n)
  }
}

const joined = (low, high) => (BigInt(high) << 32n) | BigInt(low)

/** A number where JSON's readers keep it exact, else its digits. */
const forJson = (value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString())

module.exports = { HALF, isUint64, split, joined, forJson }
