// The two calls to the server. Both stay on this machine.

async function json(response) {
  const value = await response.json()
  if (!response.ok) throw new Error(value.error.message)
  return value
}

export const start = async () => json(await fetch('/api/start'))

/** The answer to a question; the server's src/question.mjs says what one is. */
export async function decide(question, signal) {
  const headers = { 'content-type': 'application/json' }
  return json(await fetch('/api/decide', { method: 'POST', headers, body: JSON.stringify(question), signal }))
}
