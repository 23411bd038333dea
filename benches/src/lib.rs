//! What measures the library: scenarios of its speed, and a simulator with the rules of others for the quality of its picks.

pub mod counting;
pub mod embedded;
pub mod peers;
pub mod plot;
pub mod quality;
pub mod scenarios;
pub mod sim;
pub mod workloads;
