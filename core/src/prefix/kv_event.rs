//! What engines tell of their caches, in one form for all of them.

use serde::{Deserialize, Serialize};

use super::error::PrefixError;
use super::scope::Scope;
use super::table::IndexId;

/// Where an engine keeps a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// In the memory of the accelerator.
    #[default]
    Device,
    /// In the memory of the host.
    Host,
    /// On a local disk.
    Disk,
    /// In a store that several endpoints reach.
    Shared,
}

impl Tier {
    pub(super) fn class(self) -> u8 {
        match self {
            Self::Device => 1,
            Self::Host => 2,
            Self::Disk => 4,
            Self::Shared => 8,
        }
    }
}

/// One message of an endpoint's event stream.
#[derive(Clone, Copy, Debug)]
pub struct KvEvent<'a> {
    /// Whose cache changed.
    pub endpoint: IndexId,
    /// Its place in the endpoint's stream: one more than that of the message before.
    pub sequence: u64,
    /// What changed.
    pub change: KvChange<'a>,
}

/// What changed in a cache.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum KvChange<'a> {
    /// Blocks were stored, each one the next of the block before it; the first the next of `parent`, or a prompt's first.
    Stored {
        /// Their hashes, the same that prompts are hashed to.
        hashes: &'a [u64],
        /// The block before the first one.
        parent: Option<u64>,
        /// Where.
        tier: Tier,
    },
    /// The same from an engine whose hashes are not those of our prompts: its tokens are hashed here, and its own hashes kept as names for later
    /// events of the endpoint.
    StoredTokens {
        /// The engine's names of the blocks.
        names: &'a [u64],
        /// The tokens of the blocks, one block after the other.
        tokens: &'a [u32],
        /// The engine's name of the block before the first one.
        parent: Option<u64>,
        /// Where.
        tier: Tier,
        /// Whose blocks: what the requests are hashed with.
        scope: &'a Scope<'a>,
    },
    /// Blocks, by hash or by name, left a tier.
    Removed {
        /// Hashes, or names from `StoredTokens`.
        hashes: &'a [u64],
        /// Which tier.
        tier: Tier,
    },
    /// The endpoint's cache is empty.
    Cleared,
    /// The engine started, or a new stream of events did: the cache is taken to be empty, and numbers start anew with this one.
    Started,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KvOutcome {
    /// The index knows it all.
    Applied,
    /// Some of the blocks could not be taken in: no room, or tokens behind a block that the index does not know.
    Partly,
    /// An event with this number or a later one was seen before; nothing changed.
    Duplicate,
    /// Events are missing before this one, so what is known of the endpoint may be wrong: it answers 0 until its cache is cleared or it starts anew.
    Quarantined,
}

/// How often something was wrong with the events, since the index was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KvCounters {
    /// Events before which others were missing.
    pub gaps: u64,
    /// Events that were seen before.
    pub duplicates: u64,
    /// Events passed over because their endpoint was in quarantine.
    pub passed_over: u64,
    /// Blocks of tokens whose parent the index does not know.
    pub unplaced: u64,
    /// Blocks for which there was no room.
    pub refused: u64,
}

/// What a block in each tier is worth, as a share of the work that a block in the device's memory saves: 0 to 1.
///
/// Device 1.0 and host 0.8 are those of llm-d. Disk 0.5 and shared 0.3 are ours, from the time that a block takes to load against the time to
/// compute it: 16 tokens of an 8-billion-parameter model are 2 MiB and 1 ms of prefill at 16,000 tokens a second, 0.4 ms from a disk of 5 GB/s and
/// 0.7 ms over a network of 25 Gbit/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierWeights([f64; 4]);

impl Default for TierWeights {
    fn default() -> Self {
        Self([1.0, 0.8, 0.5, 0.3])
    }
}

impl TierWeights {
    /// Weights of device, host, disk and shared.
    ///
    /// # Errors
    ///
    /// [`PrefixError::TierWeight`] for a weight outside 0 to 1.
    pub fn try_new(weights: [f64; 4]) -> Result<Self, PrefixError> {
        if weights.iter().any(|weight| !(0.0..=1.0).contains(weight)) {
            return Err(PrefixError::TierWeight);
        }
        Ok(Self(weights))
    }

    /// The weight of the best tier among `classes`.
    pub(super) fn best(&self, classes: u8) -> f64 {
        let held = self.0.iter().enumerate().filter(|(class, _)| classes >> class & 1 == 1);
        held.fold(0.0, |best, (_, weight)| f64::max(best, *weight))
    }
}

/// How much of a prompt an endpoint holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PrefixMatch {
    /// Leading blocks, in whichever tier.
    pub blocks: u32,
    /// The sum of their weights.
    pub credit: f64,
}

impl PrefixMatch {
    /// The credit in whole blocks, rounded down: what llm-d-router calls the match length.
    #[expect(clippy::as_conversions, reason = "a credit is between 0 and the number of blocks")]
    pub fn truncated(&self) -> u32 {
        self.credit as u32
    }
}
