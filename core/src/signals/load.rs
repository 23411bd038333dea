//! The load of an endpoint as it tells of itself.

use serde::{Deserialize, Serialize};

/// What an endpoint says of its load when it is asked. What it does not say is `None`, which is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// Requests in its queue.
    pub waiting: Option<u32>,
    /// Requests it works on.
    pub running: Option<u32>,
    /// The share of its KV cache that is in use, 0..=1.
    pub kv_usage: Option<f64>,
}

impl Load {
    /// What about it cannot be.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        match self.kv_usage {
            Some(usage) if !(0.0..=1.0).contains(&usage) => Err("kv_usage is not between 0 and 1"),
            _ => Ok(()),
        }
    }
}
