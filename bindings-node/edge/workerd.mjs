// workerd and its bundlers: a file of WebAssembly is a module that is compiled already.
export { default } from '../inferroute.wasm'
