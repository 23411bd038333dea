//! The border to JavaScript: safe closures become its functions. The only folder with unsafe code.
//!
//! There are two, with the same `Call` and `Callback`: `node` for the addon, `wasm` for runtimes that load none.

#[cfg(not(target_family = "wasm"))]
mod node;
#[cfg(target_family = "wasm")]
mod wasm;

#[cfg(not(target_family = "wasm"))]
pub use self::node::napi_register_module_v1;
#[cfg(not(target_family = "wasm"))]
pub(crate) use self::node::{Call, Callback, Shared};
#[cfg(target_family = "wasm")]
pub(crate) use self::wasm::{Call, Callback, Shared};
#[cfg(target_family = "wasm")]
pub use self::wasm::{inferroute_call, inferroute_drop, inferroute_start};

/// What a JavaScript function runs.
pub(crate) type Native = Box<dyn Fn(&Call) -> Answer>;

/// What a call answers with.
pub(crate) enum Answer {
    Nothing,
    Number(u32),
    Text(String),
    Bytes(Vec<u8>),
    Functions(Vec<(&'static str, Native)>),
}

/// What a function of JavaScript was not able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not to be had here: called on another thread, or after JavaScript let go of it.
    Gone,
    /// It answered with this number above 0.
    Answered(u32),
}
