//! The picker behind a real Envoy, in front of mock model servers.

mod answers;
mod decisions;
mod draining;
mod faults;
mod files;
mod load;
mod pools;
mod support;
