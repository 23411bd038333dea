// Serves the playground to this machine: node server.mjs [--port 8321]

import { parseArgs } from 'node:util'
import { playground } from './src/serve.mjs'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8321' } } })
const port = Number(values.port)
if (!/^\d+$/.test(values.port) || port > 65535) {
  console.error(`--port ${values.port}: pass a number from 0 to 65535`)
  process.exit(2)
}

const server = playground()
server.on('error', ({ code, message }) => {
  console.error(code === 'EADDRINUSE' ? `port ${port} is taken; choose another with --port` : message)
  process.exit(1)
})
// Loopback only: nobody else on the network reaches it.
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
