// Edge functions of Vercel: `?module` asks for the compiled module.
export { default } from '../inferroute.wasm?module'
