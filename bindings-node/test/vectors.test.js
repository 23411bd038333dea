'use strict'
// The decision vectors that Rust and Python run too. Their README is the rule; a field that this file does not know fails.

const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { basename, dirname, join } = require('node:path')
const { test } = require('node:test')
const { ManifestError, Router } = require('..')

const ROOT = join(__dirname, '../../core/tests/vectors')
const files = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith('.json')).sort()

const OPTIONS = {
  strategy: 'strategy',
  inference_extension: 'inferenceExtension',
  default_namespace: 'defaultNamespace',
  first_match: 'firstMatch',
  fallback_endpoints: 'fallbackEndpoints',
  strict: 'strict',
  unknown_model: 'unknownModel',
  envoy_gateway: 'envoyGateway',
  catch_all: 'catchAll',
  extension_filters: 'extensionFilters',
  mesh: 'mesh',
  invalid_backend_refs: 'invalidBackendRefs',
  endpoint_picker_config_key: 'endpointPickerConfigKey',
}
const DECISION = ['route', 'rule', 'backend', 'pool', 'endpoint', 'address', 'model']
/** What an expectation may leave out. */
const OPTIONAL = ['fallbacks', 'mutations', 'path', 'direct_response']
const NO_ROUTE = ['status', 'reason', 'route', 'rule']

function only(object, known, what) {
  for (const name of Object.keys(object)) assert.ok(known.includes(name), `unknown field \`${name}\` of ${what}`)
}

const integer = (value, what) => (assert.ok(Number.isSafeInteger(value), `${what} does not fit a JavaScript number`), value)

/** Texts and options of a config. */
function loaded(config, folder) {
  only(config, ['file', 'objects', 'text', 'options'], 'config')
  const { file, objects, text, options = {} } = config
  assert.equal([file, objects, text].filter((given) => given !== undefined).length, 1, 'a config has one of file, objects, text')
  only(options, Object.keys(OPTIONS), 'options')
  const named = Object.fromEntries(Object.entries({ strategy: 'two_choice', ...options }).map(([name, value]) => [OPTIONS[name], value]))
  if (file !== undefined) return [readFileSync(join(folder, file), 'utf8'), named]
  return [text ?? objects.map((object) => JSON.stringify(object)).join('\n---\n'), named]
}

/** Whether the expectation is a refusal of the load, checked. */
function refused(expect, load) {
  if (expect.issues === undefined) return false
  only(expect, ['issues'], 'expect')
  assert.throws(load, (error) => {
    assert.ok(error instanceof ManifestError, error)
    assert.deepEqual(error.problems.map((problem) => problem.code), expect.issues)
    assert.equal(error.code, expect.issues[0])
    return true
  })
  return true
}

/** The shapes that the headers of a case can take. */
function shapes(pairs) {
  const names = pairs.map(([name]) => name)
  const isObject = new Set(names).size === names.length && !names.includes('__proto__')
  return isObject ? [pairs, Object.fromEntries(pairs), new Map(pairs)] : [pairs]
}

function run(entry, defaults, folder) {
  only(entry, ['name', 'config', 'endpoints', 'in_flight', 'load', 'before', 'request', 'now', 'seed', 'expect'], 'case')
  const { config = defaults, endpoints = [], in_flight: inFlight = {}, load = {}, before = 0, request, now = 0, seed = 0, expect } = entry
  assert.ok(config !== undefined && expect !== undefined, 'a case has a config and an expectation')
  const [text, options] = loaded(config, folder)
  if (refused(expect, () => new Router(text, options))) return
  assert.ok(request !== undefined, 'a case that loads has a request')
  only(request, ['headers', 'host', 'path', 'method', 'model', 'gateway', 'client_namespace', 'port', 'pool'], 'request')
  const { headers: pairs = [], client_namespace: clientNamespace, ...parts } = request
  const asked = { ...parts, clientNamespace, now: integer(now, 'now') }

  for (const headers of shapes(pairs)) {
    const router = new Router(text, options)
    for (const endpoint of endpoints) router.observe({ event: 'endpoint_reported', endpoint })
    for (const [endpoint, count] of Object.entries(inFlight)) {
      router.observe({ event: 'in_flight_counted', endpoint, count })
    }
    for (const [endpoint, polled] of Object.entries(load)) {
      router.observe({ event: 'load_polled', endpoint, load: polled }, { now: integer(now, 'now') })
    }
    for (let turn = 0; turn < before; turn += 1) router.decide(headers, asked)
    const { warnings, explain, ...outcome } = expect
    if (warnings !== undefined) assert.deepEqual(router.warnings.map((warning) => warning.code), warnings)
    const why = router.explain(headers, { ...asked, seed: integer(seed, 'seed') })
    if (explain !== undefined) assert.deepEqual(why.toString().split('\n'), explain)
    const answer = router.decide(headers, { ...asked, seed })
    const { seed: answeredSeed, location, directResponse, ...json } = JSON.parse(JSON.stringify(answer))
    if (answer.ok) json.path = answer.rewrittenPath
    else json.direct_response = directResponse
    for (const name of OPTIONAL) if (!(name in outcome)) delete json[name]
    assert.equal(answeredSeed, seed)
    assert.equal(why.seed, answer.seed)
    const fields = 'status' in outcome ? NO_ROUTE : DECISION
    assert.deepEqual(Object.keys(outcome).filter((name) => !OPTIONAL.includes(name)).sort(), [...fields].sort(), 'an expectation states every field')
    assert.deepEqual(json, outcome)
    assert.equal(answer.ok, !('status' in outcome))
  }
}

let cases = 0
for (const name of files) {
  const path = join(ROOT, name)
  test(`vectors ${name}`, async (t) => {
    const file = JSON.parse(readFileSync(path, 'utf8'))
    only(file, ['description', 'config', 'cases'], basename(path))
    assert.ok(file.cases.length > 0, 'a file has cases')
    assert.equal(new Set(file.cases.map((entry) => entry.name)).size, file.cases.length, 'names of cases are unique')
    for (const entry of file.cases) {
      cases += 1
      await t.test(entry.name, () => run(entry, file.config, dirname(path)))
    }
  })
}

test('the number of cases is the one that all languages run', () => {
  assert.equal(cases, Number(readFileSync(join(ROOT, 'COUNT'), 'utf8')))
})
