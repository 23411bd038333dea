import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import inferroute, * as named from 'inferroute'

test('import and require give the same classes by the same names', () => {
  const required = createRequire(import.meta.url)('inferroute')
  assert.equal(inferroute, required)
  const { default: _, ...rest } = named
  assert.deepEqual(Object.keys(rest).sort(), Object.keys(required).sort())
  for (const [name, value] of Object.entries(rest)) assert.equal(value, required[name])
})
