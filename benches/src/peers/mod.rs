//! Rules of other routers, for comparison only: each in its own file, with its source, written anew and checked against a published or hand-worked example.

mod aibrix;
mod cache_aware;
mod costs;
mod dispatched;
mod draw;
mod dynamo;
mod epp;
mod gie;
mod holders;
mod known;
mod least_load;
mod least_request;
mod list;
mod llmd_affinity;
mod llmd_precise;
mod lmetric;
mod lpwl;
mod lru;
mod picker_config;
mod ported;
mod preble;
mod prefix_hash;
mod random;
mod ring;
mod round_robin;
mod rule;
mod session;
#[cfg(test)]
mod testing;
mod two_choices;
mod vllm_dp;

pub use aibrix::{Aibrix, AibrixSettings};
pub use cache_aware::{CacheAware, CacheAwareSettings};
pub use costs::Costs;
pub use dispatched::Dispatched;
pub use draw::Draw;
pub use dynamo::{Dynamo, DynamoSettings};
pub use epp::Weights;
pub use gie::Gie;
pub use holders::{Active, Holders};
pub use known::{Known, Oldest, Seen, Sent};
pub use least_load::LeastLoad;
pub use least_request::LeastRequest;
pub use llmd_affinity::LlmdAffinity;
pub use llmd_precise::LlmdPrecise;
pub use lmetric::LMetric;
pub use lpwl::Lpwl;
pub use lru::Lru;
pub use picker_config::PickerConfig;
pub use ported::Ported;
pub use preble::Preble;
pub use prefix_hash::PrefixHash;
pub use random::Random;
pub use ring::Ring;
pub use round_robin::RoundRobin;
pub use rule::{Rule, Sight};
pub use session::{Session, SessionRing};
pub use two_choices::TwoChoices;
pub use vllm_dp::VllmDp;

use crate::sim::Gateway;

/// A router's rule with settings.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// A short name for tables and for [`by_name`].
    pub name: &'static str,
    /// The system it is of. Peers of the same system are the same rule with other settings.
    pub system: &'static str,
    /// Whether these are the settings that the system comes with. The others are what might suit it better: its best is the best of all of them.
    pub is_default: bool,
    make: fn(u64, Costs) -> Box<dyn Gateway>,
}

impl Peer {
    /// A gateway that follows the rule, with this seed for chance.
    pub fn gateway(&self, seed: u64) -> Box<dyn Gateway> {
        self.gateway_with(seed, Costs::default())
    }

    /// The same, told of the model servers.
    pub fn gateway_with(&self, seed: u64, costs: Costs) -> Box<dyn Gateway> {
        (self.make)(seed, costs)
    }
}

/// A peer of this name.
pub fn by_name(name: &str) -> Option<&'static Peer> {
    all().iter().find(|peer| peer.name == name)
}

/// All peers.
pub fn all() -> &'static [Peer] {
    list::PEERS
}
