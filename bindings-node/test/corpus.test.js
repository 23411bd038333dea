'use strict'
// A public example, loaded unchanged where a checkout of it stands beside the repository.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { Router } = require('..')

const EXAMPLE = 'shared/corpus/ai-gateway@20250530-last-infext-docs/examples/inference_extension/inference_extension.yaml'
const path = join(__dirname, '../../..', EXAMPLE)

test('the example of the Inference Extension works unchanged', { skip: !existsSync(path) && `no ${EXAMPLE} beside the repository` }, () => {
  const router = new Router({ 'inference_extension.yaml': readFileSync(path, 'utf8') })
  const decision = router.decide({ 'x-target-inference-extension': 'yes' }, { model: 'mistral:latest' })
  assert.deepEqual([decision.ok, decision.pool, decision.criticality], [true, 'default/inference-extension-example-pool', 'Critical'])
  assert.ok(router.endpoints().some(({ id }) => id === decision.endpoint))
  assert.equal(router.decide({ 'x-target-inference-extension': 'no' }).status, 404)
})
