'use strict'
// index.d.ts says what is there: the compiler accepts a host's use of it, and its names are those of the classes at run time.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { join } = require('node:path')
const { test } = require('node:test')
const ts = require('typescript')
const inferroute = require('..')
const { pool, withEndpoints } = require('./manifests.js')

const declared = join(__dirname, '../index.d.ts')

test('the sample compiles under --strict', () => {
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext']
  const tsc = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), ...flags, join(__dirname, 'types.ts')], { encoding: 'utf8' })
  assert.equal(tsc.stdout + tsc.stderr, '')
})

/** Exported values, and the public members of exported classes. */
function declarations() {
  const program = ts.createProgram([declared], { target: ts.ScriptTarget.ES2022 })
  const checker = program.getTypeChecker()
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declared)))
  const values = exported.filter((symbol) => symbol.flags & ts.SymbolFlags.Value)
  const own = (symbol) => symbol.declarations.find(ts.isClassDeclaration)?.members.filter((member) => member.name).map((member) => member.name.text)
  return new Map(values.map((symbol) => [symbol.name, own(symbol)]))
}

function thrown(call) {
  try {
    call()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

test('names and members are those at run time', () => {
  const types = declarations()
  assert.deepEqual([...types.keys()].sort(), Object.keys(inferroute).sort())
  const errors = { ManifestError: thrown(() => new inferroute.Router('a: [')), InferrouteError: thrown(() => withEndpoints(inferroute.Router, 1).decide('x')) }
  for (const [name, members] of types) {
    if (members === undefined) continue
    const fields = name in errors ? Object.keys(errors[name]).filter((field) => name === 'InferrouteError' || field !== 'code') : []
    const real = Object.getOwnPropertyNames(inferroute[name].prototype).filter((member) => member !== 'constructor' && (member !== 'name' || types.get(name).includes('name')))
    assert.deepEqual([...real, ...fields].sort(), [...new Set(members)].sort(), name)
  }
  const declaredFields = thrown(() => new inferroute.Router(pool.replace('AIGatewayRoute', 'AIGatewayRoute\nkind: x'))).problems[0]
  assert.deepEqual(Object.keys(declaredFields).sort(), ['code', 'column', 'docs', 'endColumn', 'field', 'file', 'help', 'line', 'message', 'object', 'severity'])
})
