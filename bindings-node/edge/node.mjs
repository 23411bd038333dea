// Node.js where no addon can be loaded, and whatever else has its file system.
import { readFileSync } from 'node:fs'

export default new WebAssembly.Module(readFileSync(new URL('../inferroute.wasm', import.meta.url)))
