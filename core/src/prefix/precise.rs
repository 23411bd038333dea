//! What endpoints hold: told by their engines.

use arc_swap::ArcSwap;

use super::approximate::{at_position, endpoint_id};
use super::error::PrefixError;
use super::hash::{BlockHashes, PrefixHasher};
use super::kv_event::{KvCounters, KvEvent, KvOutcome, PrefixMatch, TierWeights};
use super::precise_writer::Writer;
use super::store::Store;
use super::table::{IndexId, Table};
use super::walk;
use super::writer_lock::WriterLock;
use crate::convert::number;

/// How much a [`PreciseIndex`] may know, and what it takes a block to be worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PreciseOptions {
    pub(super) budget: usize,
    weights: TierWeights,
}

impl Default for PreciseOptions {
    fn default() -> Self {
        Self { budget: 96 << 20, weights: TierWeights::default() }
    }
}

impl PreciseOptions {
    /// Bytes that the index may take, 1 MiB at least; 96 MiB when not given, which is room for 1.6 million blocks.
    #[must_use]
    pub fn budget(self, bytes: usize) -> Self {
        Self { budget: bytes, ..self }
    }

    /// What a block in each tier is worth.
    #[must_use]
    pub fn weights(self, weights: TierWeights) -> Self {
        Self { weights, ..self }
    }
}

/// Which endpoint holds how much of a prompt, from the KV events of the engines. Any number of threads read while one writes.
///
/// It never claims more than the events said, with one exception that only the engines can rule out: a `Stored` without a parent is believed to be a
/// prompt's first block.
///
/// There is no quota a tenant yet: an event says nothing of tenants. It would go in where a block finds its first holder, as a count of blocks
/// for each tenant beside the count of the endpoint, with the tenant taken from the scope of `StoredTokens`.
#[derive(Debug)]
pub struct PreciseIndex {
    table: ArcSwap<Table>,
    writer: WriterLock<Writer>,
    weights: TierWeights,
}

impl PreciseIndex {
    /// An empty index of about 30 KB. `hasher` is the one that requests are hashed with; it hashes the tokens of `StoredTokens`.
    ///
    /// # Errors
    ///
    /// [`PrefixError::Budget`] below 1 MiB.
    pub fn try_new(options: &PreciseOptions, hasher: PrefixHasher) -> Result<Self, PrefixError> {
        if options.budget < 1 << 20 {
            return Err(PrefixError::Budget(options.budget));
        }
        Ok(Self {
            table: ArcSwap::from_pointee(Table::new(Store::START_SLOTS, 0, 1)),
            writer: WriterLock::new(Writer::new(options.budget, hasher)),
            weights: options.weights,
        })
    }

    /// Lets an endpoint take part, with an empty cache. Its first event may have any number.
    ///
    /// # Errors
    ///
    /// [`PrefixError::Full`] when 4,096 endpoints take part.
    pub fn add_endpoint(&self) -> Result<IndexId, PrefixError> {
        self.writer.lock().add(&self.table).map(endpoint_id)
    }

    /// Forgets an endpoint at once. When the last one goes the index is as small as at the start.
    ///
    /// # Errors
    ///
    /// [`PrefixError::UnknownEndpoint`]
    pub fn remove_endpoint(&self, id: IndexId) -> Result<(), PrefixError> {
        self.writer.lock().remove(&self.table, id.get())
    }

    /// Takes an event in. Costs some 100 ns a block; removing a block, or storing it again, also looks at every block that comes after it.
    /// [`Cleared`](super::KvChange::Cleared) and [`Started`](super::KvChange::Started) look at every slot if the endpoint held anything.
    ///
    /// # Errors
    ///
    /// [`PrefixError::UnknownEndpoint`]
    pub fn apply(&self, event: &KvEvent<'_>) -> Result<KvOutcome, PrefixError> {
        self.writer.lock().apply(&self.table, event)
    }

    /// How much of a prompt each endpoint of a pool holds: true leading blocks, and their worth. `positions` says for each id where in `matches` it
    /// is written, `u16::MAX` for nowhere. Allocates nothing.
    ///
    /// Endpoints that hold every block with the one before it, all on the device, cost what they cost in the approximate index; the others are walked
    /// block by block.
    pub fn matches(&self, hashes: &BlockHashes, positions: &[u16], matches: &mut [PrefixMatch]) {
        matches.fill(PrefixMatch::default());
        let table = self.table.load();
        // In this order, so that an endpoint which changes its way of being walked meanwhile is not counted twice.
        walk::each_leading(&table, hashes.as_slice(), |id, classes| {
            if let Some((_, found)) = at_position(positions, matches, endpoint_id(id)) {
                found.blocks = found.blocks.saturating_add(1);
                found.credit += self.weights.best(classes);
            }
        });
        let device = self.weights.best(1);
        walk::walk(&table, hashes.as_slice(), |id, blocks| {
            if let Some((_, found)) = at_position(positions, matches, endpoint_id(id)) {
                let blocks = number(blocks);
                *found = PrefixMatch { blocks, credit: f64::from(blocks) * device };
            }
        });
    }

    /// Blocks of the endpoint whose parent it does not hold: none while its events are complete and its engine evicts the ends of prompts first.
    ///
    /// # Errors
    ///
    /// [`PrefixError::UnknownEndpoint`]
    pub fn orphans(&self, id: IndexId) -> Result<usize, PrefixError> {
        self.writer.lock().orphans(id.get())
    }

    /// How often something was wrong with the events.
    pub fn counters(&self) -> KvCounters {
        self.writer.lock().counters()
    }

    /// Bytes that the index takes: 24 for each of its slots (8 of them links), 32 for each 64 ids in a wide entry and 16 more, 64 for each 64 ids, 96 for each
    /// endpoint that there was room for, 17 for each place in the tables of names, 13 in that of blocks which follow the same block, and the fixed parts.
    pub fn memory_bytes(&self) -> usize {
        let writer = self.writer.lock();
        let table = self.table.load();
        table.held_bytes() + writer.bytes() + size_of::<Self>()
    }
}
