// Who may call: pages that this server itself has served, under a loopback name. Without these checks any page in the browser could talk to the server, by
// its own origin or by a name of its own that it lets point to 127.0.0.1.

import { Refusal } from './refusal.mjs'

/** Everything comes from here, scripts cannot be written into the page, and nothing may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Headers of every answer. */
export const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** @throws {Refusal} for a call that no page of this server makes */
export function check({ headers, socket }) {
  const names = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`]
  if (!names.includes(headers.host)) throw new Refusal(403, 'host_not_allowed', `ask for ${names[0]}, the host that this server answers for`)
  const { origin, 'sec-fetch-site': site = 'none' } = headers
  if (origin !== undefined && origin !== `http://${headers.host}`) throw new Refusal(403, 'origin_not_allowed', 'pages of other origins may not ask')
  // `none` is a person who typed the address.
  if (site !== 'same-origin' && site !== 'none') throw new Refusal(403, 'origin_not_allowed', 'pages of other sites may not ask')
}
