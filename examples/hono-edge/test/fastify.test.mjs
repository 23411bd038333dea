// The gateway of Fastify, as the process that people start.
import { processOf } from './process.mjs'
import { suite } from './suite.mjs'

suite('Fastify', processOf(new URL('../src/fastify.mjs', import.meta.url)))
