// The gateway on Node.js, as the process that people start.
import { test } from 'node:test'
import { processOf } from './process.mjs'
import { suite, until } from './suite.mjs'

const { counted } = suite('Node.js', processOf(new URL('../src/node.mjs', import.meta.url)))

test('Node.js: endpoints are asked for their load', async () => {
  await until('a page was read', async () => (await counted('gateway_polls_total{result="read"}')) > 0)
})
