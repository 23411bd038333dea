//! A proxy of pingora that asks inferroute where each request to a language model goes.
//!
//! A request's way: `proxy` (pingora's steps), `control`, `read_body`, `decide` (the library), `peer`, `outgoing`, and `failure` where
//! something goes wrong. Beside it: `reload`, `poll`, `admin` and `drain`.

mod admin;
mod answer;
mod args;
mod change_headers;
mod clock;
mod context;
mod control;
mod counters;
mod decide;
mod drain;
mod failure;
mod files;
mod gateway;
mod headers;
mod outgoing;
mod peer;
mod poll;
mod proxy;
mod read_body;
mod reload;
mod run;
mod tell;

pub use args::Args;
pub use run::run;
