// A request of a question as the library takes it: an empty field is one that is not given.

const orNone = (text) => (text === '' ? null : text)

export function asked({ headers, method, path, host, model, prompt, objective }, now) {
  return { headers, options: { method, path, host: orNone(host), model: orNone(model), prompt: orNone(prompt), objective: orNone(objective), now } }
}
