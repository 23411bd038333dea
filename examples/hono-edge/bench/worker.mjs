// Serves the plain worker in workerd.
import { start } from '../scripts/miniflare.mjs'
import { addresses, at } from './turns.mjs'

const miniflare = await start({ script: 'plain_worker.js', host: at.hostname, port: at.port, bindings: { ADDRESSES: addresses } })
process.once('SIGTERM', () => miniflare.dispose())
