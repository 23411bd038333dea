// Builds the addon, `inferroute.node`.
import { build } from './cargo.mjs'

build(['--release'], /\.(so|dylib|dll)$/, 'inferroute.node')
