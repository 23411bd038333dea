//! What endpoints probably hold: learnt from where prompts were sent.
//!
//! The cache of an endpoint is modelled in two generations instead of a list by age. What is sent to it is marked with its current generation, the whole
//! path each time; when that has filled half of its capacity the next generation starts, and what was not touched for one whole generation is gone at
//! once. An endpoint never seems to hold more than its capacity, nor a block without all blocks before it.

use arc_swap::ArcSwap;

use super::approximate_writer::Writer;
use super::error::PrefixError;
use super::hash::BlockHashes;
use super::store::Store;
use super::table::{IndexId, Table};
use super::walk;
use super::writer_lock::WriterLock;
use crate::convert::number;

/// How much an [`ApproximateIndex`] may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApproximateOptions {
    pub(super) budget: usize,
    pub(super) capacity: u32,
}

impl Default for ApproximateOptions {
    fn default() -> Self {
        Self { budget: 64 << 20, capacity: 31_250 }
    }
}

impl ApproximateOptions {
    /// Bytes that the index may take, 1 MiB at least; 64 MiB when not given.
    #[must_use]
    pub fn budget(self, bytes: usize) -> Self {
        Self { budget: bytes, ..self }
    }

    /// KV blocks of an endpoint that says nothing else; 31,250 when not given, which is llm-d-router's default (500,000 tokens in blocks of 16).
    #[must_use]
    pub fn capacity(self, blocks: u32) -> Self {
        Self { capacity: blocks, ..self }
    }
}

/// Which endpoint probably holds how much of a prompt. Any number of threads read while one writes.
///
/// ```
/// use inferroute::{ApproximateIndex, ApproximateOptions, BlockHashes, HashOptions, PrefixHasher, Prompt, Scope};
///
/// let hasher = PrefixHasher::try_new(&HashOptions::default().key(0x5EC2E7))?;
/// let index = ApproximateIndex::try_new(&ApproximateOptions::default())?;
/// let (a, b) = (index.add_endpoint(None)?, index.add_endpoint(Some(10_000))?);
///
/// let mut hashes = BlockHashes::new();
/// let prompt = "You are a helpful assistant. ".repeat(100);
/// hasher.hash(&Scope::new("llama"), Prompt::Text(prompt.as_bytes()), &mut hashes);
/// index.insert(a, &hashes)?;
///
/// let mut lengths = [0; 2];
/// index.lengths(&hashes, &[0, 1], &mut lengths);
/// assert_eq!(lengths, [45, 0]); // 2,900 bytes are 45 blocks of 64; `b` has seen nothing
/// # _ = b;
/// # Ok::<(), inferroute::PrefixError>(())
/// ```
#[derive(Debug)]
pub struct ApproximateIndex {
    table: ArcSwap<Table>,
    writer: WriterLock<Writer>,
}

impl ApproximateIndex {
    /// An empty index of about 20 KB.
    ///
    /// # Errors
    ///
    /// [`PrefixError::Budget`] below 1 MiB, [`PrefixError::Capacity`] for 0 blocks.
    pub fn try_new(options: &ApproximateOptions) -> Result<Self, PrefixError> {
        if options.budget < 1 << 20 {
            return Err(PrefixError::Budget(options.budget));
        }
        if options.capacity == 0 {
            return Err(PrefixError::Capacity);
        }
        Ok(Self {
            table: ArcSwap::from_pointee(Table::new(Store::START_SLOTS, 0, 1)),
            writer: WriterLock::new(Writer::new(*options)),
        })
    }

    /// Lets an endpoint take part; `capacity` is the number of KV blocks that its engine has, in blocks of the size that prompts are hashed in.
    ///
    /// # Errors
    ///
    /// [`PrefixError::Full`] when 4,096 endpoints take part, [`PrefixError::Capacity`] for 0 blocks.
    pub fn add_endpoint(&self, capacity: Option<u32>) -> Result<IndexId, PrefixError> {
        self.writer.lock().add(&self.table, capacity).map(endpoint_id)
    }

    /// Forgets an endpoint at once. When the last one goes the index is as small as at the start.
    ///
    /// # Errors
    ///
    /// [`PrefixError::UnknownEndpoint`]
    pub fn remove_endpoint(&self, id: IndexId) -> Result<(), PrefixError> {
        self.writer.lock().remove(&self.table, id.get())
    }

    /// A prompt was sent to the endpoint. Returns how many of its leading blocks the endpoint is now taken to hold: all, unless the prompt is longer
    /// than the capacity or there is no room.
    ///
    /// Costs a binary search where the endpoint was sent the prompt before, about 50 ns a block where not.
    ///
    /// # Errors
    ///
    /// [`PrefixError::UnknownEndpoint`]
    pub fn insert(&self, id: IndexId, hashes: &BlockHashes) -> Result<usize, PrefixError> {
        self.writer.lock().insert(&self.table, id.get(), hashes.as_slice())
    }

    /// Calls `found` with every endpoint that holds the first block, and with the number of leading blocks that it holds. Allocates nothing.
    pub fn walk(&self, hashes: &BlockHashes, mut found: impl FnMut(IndexId, usize)) {
        let table = self.table.load();
        walk::walk(&table, hashes.as_slice(), |id, blocks| found(endpoint_id(id), blocks));
    }

    /// How many leading blocks each endpoint of a pool holds. `positions` says for each id where in `lengths` it is written, `u16::MAX` for nowhere;
    /// whoever holds nothing gets 0. Allocates nothing; looks up about as many blocks as there are different lengths, and some more
    /// where fewer than five endpoints hold the same.
    pub fn lengths(&self, hashes: &BlockHashes, positions: &[u16], lengths: &mut [u32]) {
        lengths.fill(0);
        self.walk(hashes, |id, blocks| {
            if let Some((_, length)) = at_position(positions, lengths, id) {
                *length = number(blocks);
            }
        });
    }

    /// Like [`lengths`](Self::lengths), by the count of llm-d-router: one for each block that the endpoint holds, up to the first that nobody holds.
    /// An endpoint that lacks a block in between still gets what follows. Looks up every block.
    pub fn held_blocks(&self, hashes: &BlockHashes, positions: &[u16], lengths: &mut [u32]) {
        lengths.fill(0);
        let table = self.table.load();
        walk::each_held(&table, hashes.as_slice(), |id| {
            if let Some((_, length)) = at_position(positions, lengths, endpoint_id(id)) {
                *length = length.saturating_add(1);
            }
        });
    }

    /// Bytes that the index takes: 16 for each of its slots, 32 for each 64 ids in a wide entry and 16 more, 64 for each 64 ids, 48 for each endpoint that there
    /// was room for, and the fixed parts. While a table is replaced, readers may hold the one before for the moment; the budget has room for both.
    pub fn memory_bytes(&self) -> usize {
        let writer = self.writer.lock();
        let table = self.table.load();
        table.held_bytes() + writer.bytes() + size_of::<Self>()
    }

    /// Clears what endpoints that have gone and generations that have ended left behind. Nobody needs to ask for it: inserting does the same, bit by
    /// bit. Takes about 3 ns a slot.
    pub fn sweep(&self) {
        self.writer.lock().sweep(&self.table.load());
    }
}

#[expect(clippy::as_conversions, reason = "ids are below 4,096")]
pub(super) fn endpoint_id(id: usize) -> IndexId {
    IndexId(id as u16)
}

/// Where a pool wants the answer for an id: the position, and the place there.
#[inline]
pub(crate) fn at_position<'l, T>(
    positions: &[u16],
    out: &'l mut [T],
    id: IndexId,
) -> Option<(u16, &'l mut T)> {
    let position = *positions.get(id.get())?;
    Some((position, out.get_mut(usize::from(position))?))
}
