// Browsers and their bundlers, which find the file by its URL.
export default await WebAssembly.compileStreaming(fetch(new URL('../inferroute.wasm', import.meta.url)))
