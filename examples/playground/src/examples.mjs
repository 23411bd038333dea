// What the menu offers: manifests of this repository, with the endpoints and the request that show what they do.

import { readFileSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url)
const read = (path) => readFileSync(new URL(path, ROOT), 'utf8')

const request = (parts) => ({ method: 'POST', path: '/v1/chat/completions', host: '', headers: [], model: '', prompt: '', objective: '', ...parts })

/** Long enough for two blocks of a prefix cache, which are 64 tokens each. */
const PROMPT = `You answer questions about the minutes of meetings. Quote the sentence that you rely on, name the speaker, and say plainly when the minutes do not tell. Keep to three sentences, in the language of the question, and leave out what was not asked.

The minutes: The board met on Monday. Anna reported that the new line runs at four fifths of its speed, and that a valve that was late is what holds it back. Ben asked for the date. Anna named the twelfth. The board agreed to move the opening to the week after, and to tell the partners by Friday.

What was decided?`

/** Read when the server starts, so that a file that is not there is told at once. */
export function examples() {
  return [
    {
      id: 'tiers',
      title: 'Rules by model and header',
      manifest: read('vectors/manifest.yaml'),
      endpoints: JSON.parse(read('vectors/endpoints.json')),
      request: request({ model: 'llama', headers: [['x-tier', 'gold']] }),
    },
    {
      id: 'picker',
      title: 'Filters and scorers (EndpointPickerConfig)',
      manifest: read('playground/examples/picker.yaml'),
      endpoints: JSON.parse(read('playground/examples/picker.json')),
      request: request({ model: 'mistral', prompt: PROMPT }),
    },
    {
      id: 'two-rules',
      title: 'Two rules, endpoints in the manifest',
      manifest: read('manifests/two_rules.yaml'),
      endpoints: [],
      request: request({ model: 'chat', headers: [['x-target-inference-extension', 'yes']] }),
    },
  ]
}
