// An answer's bytes on their way to the client.
import { now } from './clock.mjs'

/** How often a ticket that streams is renewed. */
const RENEWED = 1_000_000_000n

/** Passes on what an endpoint sends, as fast as the client takes it. The ticket ends with it, whichever way. */
export async function relay(first, reader, writer, ticket, signal) {
  // The client may go away while the endpoint is silent.
  writer.closed.catch(() => {
    ticket.cancel()
    reader.cancel().catch(() => {})
  })
  let renewed = now()
  let part = first
  while (!part.done) {
    // A client that is gone is told of by `closed`.
    await writer.write(part.value).catch(() => {})
    const time = now()
    if (time - renewed > RENEWED) {
      ticket.renew(time)
      renewed = time
    }
    try {
      part = await reader.read()
    } catch (error) {
      if (signal.aborted) ticket.cancel()
      else ticket.fail(now())
      return writer.abort(error).catch(() => {})
    }
  }
  ticket.finish()
  return writer.close().catch(() => {})
}
