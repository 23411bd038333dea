// Holds the page together: whatever changes is asked about a moment later, and the answer is shown everywhere it belongs.

import { decide, start } from './ask.js'
import { counted, diagnosticItems } from './diagnostics.js'
import { byId, el } from './dom.js'
import { Editor } from './editor.js'
import { EndpointTable } from './endpoints.js'
import { RequestForm } from './request.js'
import { scores, scoresNote } from './scores.js'
import { Seed } from './seed.js'
import { SentList } from './sent.js'
import { CLOSED_AT_FIRST, tree } from './tree.js'
import { headline, verdict } from './verdict.js'

/** How long nobody must type. */
const QUIET_MS = 120

const editor = new Editor(byId('editor'), changed)
const request = new RequestForm(byId('request'), changed)
const endpoints = new EndpointTable(byId('endpoints'), changed)
const sent = new SentList(byId('sent'), changed)
const seed = new Seed(soon)
const closed = new Set(CLOSED_AT_FIRST)

let timer = null
let asking = null

function changed() {
  seed.changed()
  soon()
}

function soon() {
  clearTimeout(timer)
  document.body.dataset.state = 'asking'
  timer = setTimeout(ask, QUIET_MS)
}

async function ask() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  const question = { manifest: editor.text, strategy: byId('strategy').value, seed: seed.value, request: request.value, endpoints: endpoints.value, sent: sent.value }
  try {
    const answer = await decide(question, signal)
    if (!signal.aborted) show(answer, question)
  } catch (error) {
    if (signal.aborted) return
    fail(error.message === 'Failed to fetch' ? 'The server does not answer. Is it still running?' : error.message)
  }
}

function show(answer, question) {
  const { diagnostics, leftOut, problems, plan } = answer
  const isLoaded = plan !== null
  editor.show(diagnostics)
  byId('diagnostics').replaceChildren(...diagnosticItems(diagnostics, leftOut, (each) => editor.go(each)))
  const found = counted(diagnostics, leftOut)
  byId('manifest-state').textContent = isLoaded ? ['loaded', found].filter((part) => part !== '').join(', ') : `not loaded: ${found}`
  request.show(problems.filter(({ at }) => at === 'request' || at === 'strategy'))
  endpoints.show(answer)
  sent.show(problems)
  const isDecided = answer.outcome !== null
  markStale(!isDecided, isLoaded ? 'of the last request that could be read' : 'of the last manifest that loaded')
  if (isDecided) showOutcome(answer, question)
  else tell(isLoaded ? 'The request cannot be read' : `Not loaded: ${found}`, true)
  document.body.dataset.state = 'shown'
}

function showOutcome(answer, question) {
  byId('verdict').replaceChildren(verdict(answer, () => sent.add(question.request, answer.outcome.endpoint)))
  byId('scores').replaceChildren(scores(answer))
  byId('scores-note').textContent = scoresNote(answer)
  byId('why').replaceChildren(tree(answer, closed))
  tell(headline(answer), !answer.outcome.ok)
}

/** The decision shown is not of what stands in the form. */
function markStale(isStale, why) {
  byId('stale').hidden = !isStale
  byId('stale').textContent = why
  for (const id of ['verdict', 'scores', 'why']) byId(id).classList.toggle('stale', isStale)
}

function tell(text, isBad) {
  const summary = byId('summary')
  summary.textContent = text
  summary.dataset.kind = isBad ? 'bad' : 'good'
  if (byId('live').textContent !== text) byId('live').textContent = text
}

function fail(message) {
  byId('verdict').replaceChildren(el('div.card.verdict.bad', { role: 'alert' }, el('p.to', null, message)))
  markStale(false, '')
  tell(message, true)
  document.body.dataset.state = 'failed'
}

function load({ manifest, endpoints: reported, request: asked }) {
  editor.text = manifest
  endpoints.value = reported
  request.value = asked
  sent.value = []
  soon()
}

try {
  const { version, strategies, examples } = await start()
  byId('version').textContent = `inferroute ${version}`
  byId('strategy').replaceChildren(...strategies.map((name) => el('option', { selected: name === 'predicted_completion' }, name)))
  byId('strategy').addEventListener('change', changed)
  byId('example').replaceChildren(...examples.map(({ id, title }) => el('option', { value: id }, title)))
  byId('example').addEventListener('change', ({ target }) => load(examples.find(({ id }) => id === target.value)))
  load(examples[0])
} catch (error) {
  fail(error.message)
}
