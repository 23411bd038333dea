// Why the server does not answer a call: a status, a stable code and a sentence.

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message)
    this.status = status
    this.code = code
  }
}
