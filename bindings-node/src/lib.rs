//! The native half of the Node.js package: an addon of Node.js, or WebAssembly where there are no addons.
//!
//! JavaScript keeps the shape that people see: classes, checks of arguments, tables of names. This half keeps the router. Between them cross only
//! header values, a shared array of numbers and, outside of decisions, JSON texts. All unsafe code is in `border`.

mod asked;
mod batch;
mod border;
mod convert;
mod errors;
mod exact;
mod explained;
mod functions;
mod metrics;
mod models;
mod open;
mod options;
mod player;
mod rewrite;
mod router;
mod routers;
mod scorers;
mod shadows;
mod tape;
mod tickets;
mod words;

#[cfg(not(target_family = "wasm"))]
pub use border::napi_register_module_v1;
#[cfg(target_family = "wasm")]
pub use border::{inferroute_call, inferroute_drop, inferroute_start};
