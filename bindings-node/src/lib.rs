//! The native half of the Node.js package.
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
mod router;
mod scorers;
mod shadows;
mod tape;
mod tickets;
mod words;

pub use border::napi_register_module_v1;
