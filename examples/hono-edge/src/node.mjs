// The gateway on Node.js, over the addon.
import { promisify } from 'node:util'
import { clients } from './app.mjs'
import { listen } from './options.mjs'
import { listening, run } from './process.mjs'

await run(async (gateway) => {
  const [server, address] = await listening(clients(() => gateway), listen)
  return [address, promisify(server.close.bind(server))]
})
