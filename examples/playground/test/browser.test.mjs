// What a person does with the page, in a real browser.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { SHOTS, example, opened, overflow, settled } from './page.mjs'

const CASES = JSON.parse(readFileSync(new URL('../../vectors/decisions.json', import.meta.url), 'utf8'))

let tab
let page

before(async () => {
  tab = await opened()
  page = tab.page
})
after(() => tab?.close())

beforeEach(async () => {
  await page.setViewportSize({ width: 1280, height: 1000 })
  await page.reload()
  await settled(page)
})

const verdict = () => page.locator('#verdict').innerText()
/** The whole page as a window of its height shows it. */
async function shot(name) {
  const { width, height } = page.viewportSize()
  await page.evaluate(() => scrollTo(0, 0))
  await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) })
  await page.screenshot({ path: join(SHOTS, `${name}.png`), animations: 'disabled' })
  await page.setViewportSize({ width, height })
}

/** Puts text in the place of other text of the manifest, as somebody who types. */
async function edit(from, to) {
  await page.evaluate((from) => {
    const area = document.getElementById('manifest')
    const at = area.value.indexOf(from)
    area.focus()
    area.setSelectionRange(at, at + from.length)
  }, from)
  await page.keyboard.type(to)
  await settled(page)
}

test('a header decides which rule wins', async () => {
  assert.match(await verdict(), /gold-0/)
  await page.getByLabel('Header value').fill('tin')
  await settled(page)
  assert.match(await verdict(), /silver-\d[^]*rule\nsilver/)
  assert.match(await page.locator('#why').innerText(), /header x-tier is not gold|x-tier/)
})

test('a mistake in the manifest is told at its line, and the page goes on', async () => {
  await edit('backendRefs', 'backendRef')
  const item = page.locator('#diagnostics button').first()
  assert.match(await item.innerText(), /RT0105[^]*backendRef[^]*line \d+:\d+[^]*did you mean `backendRefs`/)
  assert.match(await page.locator('.paint .row.warning').first().innerText(), /backendRef.*RT0105/)
  assert.equal(await page.locator('.paint u.warning').first().innerText(), 'backendRef')
  await edit('kind: AIGatewayRoute', 'kind: [AIGatewayRoute')
  assert.match(await page.locator('#manifest-state').innerText(), /^not loaded: 1 error/)
  assert.equal(await page.locator('#manifest').getAttribute('aria-invalid'), 'true')
  assert.ok(await page.locator('#stale').isVisible())
  await shot('error-1280')
  await page.locator('#diagnostics button').first().press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'manifest')
  await edit('kind: [AIGatewayRoute', 'kind: AIGatewayRoute')
  await edit('backendRef:', 'backendRefs:')
  assert.match(await verdict(), /gold-0/)
  assert.ok(await page.locator('#stale').isHidden())
})

test('an endpoint that is removed is chosen no more', async () => {
  await page.getByRole('button', { name: 'Remove gold-0' }).press('Enter')
  await settled(page)
  assert.match(await verdict(), /503 pool_empty/)
  await page.getByRole('button', { name: 'Add an endpoint' }).click()
  await page.locator('.table').getByLabel('Labels', { exact: true }).last().fill('tier=gold')
  await settled(page)
  assert.match(await verdict(), /endpoint-\d/)
})

test('a load changes the score table and the pick', async () => {
  await example(page, 'picker')
  const row = (id) => page.locator(`.scores tr[data-endpoint="default/${id}"]`)
  assert.match(await row('vllm-1').innerText(), /picked/)
  assert.match(await row('vllm-3').innerText(), /removed by utilization-filter, which asks for waiting at most 12/)
  assert.match(await row('vllm-4').innerText(), /not ready/)
  const before = await row('vllm-1').innerText()
  assert.match(await page.locator('#nearest').innerText(), /vllm-0 is 0\.045 points behind; a prefix-cache-scorer above 0\.015 instead of 0 would win/)
  await page.getByLabel('Waiting of vllm-1').fill('4')
  await settled(page)
  assert.notEqual(await row('vllm-1').innerText(), before)
  assert.match(await row('vllm-0').innerText(), /picked/)
  assert.equal(await page.locator('.table tr[data-fate="picked"]').count(), 1)
})

test('a full pool turns a request of low priority away', async () => {
  await example(page, 'picker')
  for (const id of ['vllm-0', 'vllm-1', 'vllm-2']) await page.getByLabel(`Waiting of ${id}`).fill('40')
  await page.getByLabel('Objective').fill('default/batch')
  await settled(page)
  assert.match(await verdict(), /429 saturated[^]*saturation/)
})

test('what was sent is remembered, and draws the next one after it', async () => {
  await example(page, 'picker')
  const prefix = (id) => page.locator(`.scores tr[data-endpoint="default/${id}"] td[data-label="prefix-cache-scorer"] .value`).innerText()
  assert.equal(await prefix('vllm-1'), '0→0')
  await page.getByRole('button', { name: 'Send it' }).click()
  await settled(page)
  assert.equal(await page.locator('#sent li').count(), 1)
  assert.equal(await prefix('vllm-1'), '1→3')
  assert.match(await verdict(), /vllm-1[^]*\d+ tokens, 128 of them held there/)
  await page.getByLabel('Waiting of vllm-1').fill('4')
  await settled(page)
  assert.match(await verdict(), /vllm-1/, 'what it holds outweighs its queue')
  await page.getByRole('button', { name: 'Forget what was sent to vllm-1' }).click()
  await settled(page)
  assert.match(await verdict(), /vllm-0/)
})

test('seeds are stepped, and step by themselves unless they are fixed', async () => {
  await example(page, 'two-rules')
  assert.match(await verdict(), /rack-[abc][^]*Under 200 seeds/)
  const seen = new Set()
  for (let step = 0; step < 12; step += 1) {
    await page.getByRole('button', { name: 'Next seed' }).click()
    await settled(page)
    seen.add((await verdict()).split('\n')[0])
  }
  assert.ok(seen.size > 1, [...seen].join())
  const seed = Number(await page.getByLabel('Seed', { exact: true }).inputValue())
  await page.getByLabel('Header value').fill('no')
  await settled(page)
  assert.equal(await page.getByLabel('Seed', { exact: true }).inputValue(), String(seed))
  assert.match(await verdict(), /cloud/)
  await page.getByLabel('fixed').uncheck()
  await page.getByLabel('Header value').fill('yes')
  await settled(page)
  assert.equal(await page.getByLabel('Seed', { exact: true }).inputValue(), String(seed + 1))
})

test('what cannot be read is told where it stands', async () => {
  await page.locator('.table').getByLabel('Address', { exact: true }).first().fill('not an address')
  await settled(page)
  assert.match(await page.locator('.table .problem').innerText(), /EV0001/)
  await page.locator('.table').getByLabel('Labels', { exact: true }).first().fill('tier')
  assert.match((await page.locator('.table .problem').allInnerTexts()).join(), /label tier has no value/)
})

test('the cases of every example gateway come out as they must', async () => {
  assert.ok(CASES.length >= 11)
  const told = await page.evaluate(async (cases) => {
    const { decide } = await import('/ask.js')
    const { examples } = await (await fetch('/api/start')).json()
    const { manifest, endpoints, request } = examples.find(({ id }) => id === 'tiers')
    const reported = endpoints.map(({ name, address, labels }) => ({ name, declared: false, address, labels: Object.entries(labels), ready: true }))
    const ask = ({ model, headers }) => decide({ manifest, strategy: 'predicted_completion', seed: '7', endpoints: reported, sent: [], request: { ...request, model, headers: Object.entries(headers) } })
    return Promise.all(cases.map(ask))
  }, CASES)
  CASES.forEach(({ name, expect }, index) => {
    const { outcome } = told[index]
    if (expect.status !== 200) return assert.deepEqual([outcome.status, outcome.reason], [expect.status, expect.reason], name)
    assert.deepEqual([outcome.ok, outcome.route, outcome.ruleName, outcome.model], [true, expect.route, expect.rule, expect.model], name)
    assert.ok(expect.endpoints.includes(outcome.endpoint.replace('default/', '')), `${name}: ${outcome.endpoint}`)
  })
})

test('it looks as it should, wide and narrow, light and dark, and nothing sticks out', async () => {
  for (const id of ['tiers', 'picker', 'two-rules']) {
    await example(page, id)
    for (const width of [1280, 400, 320]) {
      await page.setViewportSize({ width, height: width === 1280 ? 1000 : 860 })
      for (const details of await page.locator('.tree details:not([open]) > summary').all()) await details.click()
      assert.deepEqual(await overflow(page), { scrolls: 0, wide: [] }, `${id} at ${width}`)
      for (const colorScheme of width === 320 ? [] : ['light', 'dark']) {
        await page.emulateMedia({ colorScheme })
        await shot(`${id}-${width}-${colorScheme}`)
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }
})

test('every field has a name, and the keyboard reaches all of them', async () => {
  await example(page, 'picker')
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('input, select, textarea, button')]
      .filter((element) => element.labels?.length === 0 || element.labels === undefined)
      .filter((element) => !element.getAttribute('aria-label') && !element.getAttribute('aria-labelledby') && element.textContent.trim() === '')
      .map((element) => element.outerHTML),
  )
  assert.deepEqual(nameless, [])
  await page.evaluate(() => document.activeElement?.blur())
  const reached = new Set()
  for (let step = 0; step < 120; step += 1) {
    await page.keyboard.press('Tab')
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.slice(0, 20)))
  }
  for (const name of ['example', 'seed-next', 'manifest', 'request-path', 'Header value', 'Remove vllm-3', 'KV usage of vllm-2', 'add-endpoint', 'told']) {
    if (name !== 'Header value') assert.ok(reached.has(name), `${name} of ${[...reached].join(', ')}`)
  }
})

test('nothing was said on the console and nobody else was asked', () => {
  assert.deepEqual(tab.said, [])
  const others = tab.asked.filter((url) => new URL(url).origin !== tab.origin)
  assert.deepEqual(others, [])
  assert.ok(tab.asked.length > 20)
})
