// A server of the test's own.

import { playground } from '../src/serve.mjs'

/** A server that listens on a free port of the loopback net. */
export async function served() {
  const server = playground()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()))
  return { origin: `http://127.0.0.1:${server.address().port}`, close }
}
