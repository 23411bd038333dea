// The command line of the gateways on Node.js.
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    manifest: { type: 'string', default: '../vectors/manifest.yaml' },
    endpoints: { type: 'string', default: '../vectors/endpoints.json' },
    listen: { type: 'string', default: '127.0.0.1:8080' },
    admin: { type: 'string', default: '127.0.0.1:9090' },
    'first-byte-ms': { type: 'string', default: '30000' },
    'poll-ms': { type: 'string', default: '1000' },
  },
})

const address = (text) => {
  const [, host, port] = /^(.*):(\d+)$/.exec(text) ?? []
  if (port === undefined) throw new Error(`${text} is no address: pass host:port`)
  return { host, port: Number(port) }
}

export const files = { manifest: values.manifest, endpoints: values.endpoints }
export const listen = address(values.listen)
export const adminListen = address(values.admin)
export const firstByte = Number(values['first-byte-ms'])
export const pollEvery = Number(values['poll-ms'])
