//! A simulator of routing quality: model servers in simulated seconds behind one gateway or several, each with its own knowledge.

mod gateway;
mod workload;

pub use gateway::{Asked, Gateway, Polled};
pub use workload::{Arrival, SimRequest, Workload};
