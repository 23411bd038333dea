// Gateways that are processes of Node.js.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { start } from './servers.mjs'

/** Writes both files, the way that nobody reads half of one. */
async function written(folder, manifest, endpoints) {
  for (const [name, text] of [['manifest.yaml', manifest], ['endpoints.json', endpoints]]) {
    await writeFile(join(folder, `${name}.next`), text)
    await rename(join(folder, `${name}.next`), join(folder, name))
  }
}

/** A gateway that is a process of Node.js, with its two files in a folder of its own. */
export const processOf = (script) => async ({ manifest, endpoints, firstByte }) => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  await written(folder, manifest, endpoints)
  const files = ['--manifest', join(folder, 'manifest.yaml'), '--endpoints', join(folder, 'endpoints.json')]
  const given = [fileURLToPath(script), ...files, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--first-byte-ms', String(firstByte), '--poll-ms', '200']
  const { child, line } = await start(process.execPath, given)
  const [, address, admin] = /^listening on (\S+), admin on (\S+)$/.exec(line)
  return {
    url: `http://${address}`,
    admin: async (path) => (await fetch(`http://${admin}${path}`)).text(),
    configure: (manifest, endpoints) => written(folder, manifest, endpoints),
    async close() {
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      await rm(folder, { recursive: true })
      assert.equal(code, 0, 'it ends by itself when it is told to')
    },
  }
}
