// Manifest and endpoints as files.
import { readFile } from 'node:fs/promises'
import { watch } from 'node:fs'
import { dirname } from 'node:path'

/** Both texts. */
export const read = ({ manifest, endpoints }) => Promise.all([readFile(manifest, 'utf8'), readFile(endpoints, 'utf8')])

/**
 * Calls `changed` with both texts after something changed in their folders: a file that is renamed into place, and a ConfigMap's link that is, is no change
 * of the file itself. Answers with what stops it.
 */
export function follow(files, changed) {
  let again = false
  let reading = false
  async function look() {
    again = true
    if (reading) return
    reading = true
    while (again) {
      again = false
      // A file may be missing between two steps of its replacement; the step that brings it back is told of too.
      await read(files).then(async (texts) => changed(...texts), (error) => error.code === 'ENOENT' || console.error(error.message))
    }
    reading = false
  }
  const folders = new Set([dirname(files.manifest), dirname(files.endpoints)])
  const watchers = [...folders].map((folder) => watch(folder, look))
  return () => watchers.forEach((watcher) => watcher.close())
}
