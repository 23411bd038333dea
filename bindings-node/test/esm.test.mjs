import { existsSync, readFileSync } from 'node:fs'
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

test('the entry for runtimes without addons has the same names', () => {
  const text = readFileSync(new URL('../edge/index.mjs', import.meta.url), 'utf8')
  const [, list] = /export const \{([^}]*)\}/.exec(text)
  const { default: _, ...rest } = named
  assert.deepEqual(list.split(',').map((name) => name.trim()).filter(Boolean).sort(), Object.keys(rest).sort())
})

test('every export condition and file of the package is there', () => {
  const { exports, files, imports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const leaves = (tree) => (typeof tree === 'string' ? [tree] : Object.values(tree).flatMap(leaves))
  const built = ['inferroute.node', 'inferroute.wasm']
  for (const file of [...leaves(exports), ...leaves(imports), ...files]) assert.ok(built.includes(file) || existsSync(new URL(`../${file}`, import.meta.url)), file)
})
