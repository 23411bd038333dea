// What a plain proxy has to know: `LISTEN ENDPOINTS PORT` on its command line.
import { readFileSync } from 'node:fs'

const [listen, endpoints, port] = process.argv.slice(2)
const [, hostname, own] = /^(.*):(\d+)$/.exec(listen)

/** Where to listen. */
export const at = { hostname, port: Number(own) }

/** All endpoints of the file. */
export const addresses = JSON.parse(readFileSync(endpoints, 'utf8')).map(({ address }) => `${address}:${port}`)

let turn = 0

/** The endpoint whose turn it is. */
export const next = () => addresses[turn++ % addresses.length]
