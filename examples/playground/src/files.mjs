// The files of the page, read once. No path of a request ever reaches the file system.

import { readFileSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'

const FOLDER = new URL('../page/', import.meta.url)
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** By the path of the URL. */
export function pageFiles() {
  const files = new Map()
  for (const name of readdirSync(FOLDER)) {
    const type = TYPES[extname(name)]
    if (type !== undefined) files.set(name === 'index.html' ? '/' : `/${name}`, { type, bytes: readFileSync(new URL(name, FOLDER)) })
  }
  return files
}
