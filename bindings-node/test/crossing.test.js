'use strict'
// Texts of a request on their way over the border: few and short they cross among the numbers, others by themselves, those of a batch as one.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Router } = require('..')

/** A route whose rule number n wants the nth value under a header name of its own. */
function manifestsOf(values) {
  const rules = values.map((value, index) => `  - matches: [{headers: [{name: x-h${index}, value: ${JSON.stringify(value)}}]}]\n    backendRefs: [{name: web, port: 80}]\n`)
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n'
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec:\n  rules:\n${rules.join('')}---\n${service}`
}

const routerOf = (values) => new Router(manifestsOf(values), { seed: 1n })

const ruleOf = (answer) => (answer.ok ? answer.rule : answer.reason)

/** Short, at the edge of the room for texts among the numbers, beyond it, and more than ASCII. */
const VALUES = ['short', 'x'.repeat(126), 'y'.repeat(127), 'z'.repeat(128), 'v'.repeat(4_000), 'größe ✓', '\u{1f680}', ...Array.from({ length: 9 }, (_, index) => `value ${index}`)]

test('a value is found whatever its length and letters', () => {
  const router = routerOf(VALUES)
  VALUES.forEach((value, index) => {
    assert.equal(ruleOf(router.decide({ [`x-h${index}`]: value })), index, value.slice(0, 10))
    assert.equal(ruleOf(router.decide({ [`X-H${index}`]: [value] }, { model: 'm', tenant: 't', path: '/größe' })), index)
    assert.equal(ruleOf(router.decide({ [`x-h${index}`]: `${value}.` })), 'no_rule')
  })
})

test('requests of a batch are decided as each alone, prompts and tenants among them', () => {
  const router = routerOf(VALUES)
  const requests = VALUES.map((value, index) => ({
    headers: { [`x-h${index}`]: value, 'x-h0': index % 2 === 0 ? undefined : 'no' },
    ...(index % 3 === 0 ? { tenant: 'größe', subset: '10.0.0.1' } : {}),
    ...(index % 5 === 0 ? { model: `model-${index}` } : {}),
  }))
  for (const more of [[], [{ headers: { 'x-h3': VALUES[3] }, prompt: 'told' }]]) {
    const answers = router.decideMany([...requests, ...more])
    const alone = [...requests, ...more].map(({ headers, ...parts }) => router.decide(headers, parts))
    assert.deepEqual(answers.map(ruleOf), alone.map(ruleOf))
    assert.deepEqual(answers.map((answer) => answer.model), alone.map((answer) => answer.model))
    assert.equal(new Set(answers.map(ruleOf)).size, VALUES.length)
  }
})

test('a plan that reads more names makes room for them', () => {
  const router = routerOf(['only'])
  for (const count of [16, 2, 9]) {
    router.update(manifestsOf(VALUES.slice(0, count)))
    assert.equal(router.headerNames.length, count)
    assert.equal(ruleOf(router.decide({ [`x-h${count - 1}`]: VALUES[count - 1] })), count - 1)
  }
})
