// A server of the test's own and a headless Chromium on it, with everything that the page asks for and says on its console.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { served } from './serving.mjs'

export const SHOTS = fileURLToPath(new URL('../../../target/playground/', import.meta.url))

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export async function opened() {
  const { origin, close } = await served()
  mkdirSync(SHOTS, { recursive: true })
  const profile = mkdtempSync(join(tmpdir(), 'playground-'))
  const context = await chromium.launchPersistentContext(profile, { executablePath: '/usr/bin/chromium', headless: true, args: FLAGS, viewport: { width: 1280, height: 1000 } })
  const [page] = context.pages()
  const said = []
  const asked = []
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()))
  page.on('pageerror', (error) => said.push(String(error)))
  context.on('request', (request) => asked.push(request.url()))
  await page.goto(origin)
  return {
    page,
    origin,
    said,
    asked,
    async close() {
      await context.close()
      await close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** Waits until what was changed last is decided and shown. */
export async function settled(page) {
  await page.waitForFunction(() => document.body.dataset.state === 'shown')
}

/** Chooses an example of the menu. */
export async function example(page, id) {
  await page.getByLabel('Example').selectOption(id)
  await settled(page)
}

/** How far the page is wider than its window, and what sticks out. */
export const overflow = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const inside = (element) => element.closest('.editor, .sr, .skip') !== null
    const wide = [...document.querySelectorAll('body *')].filter((element) => !inside(element) && element.getBoundingClientRect().right > width + 0.5)
    return { scrolls: document.documentElement.scrollWidth - width, wide: wide.map((element) => element.outerHTML.slice(0, 80)) }
  })
