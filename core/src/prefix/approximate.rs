//! What endpoints probably hold: learnt from where prompts were sent.
//!
//! The cache of an endpoint is modelled in two generations instead of a list by age. What is sent to it is marked with its current generation, the whole
//! path each time; when that has filled half of its capacity the next generation starts, and what was not touched for one whole generation is gone at
//! once. An endpoint never seems to hold more than its capacity, nor a block without all blocks before it.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::bits::{index, number, wide};
use super::error::PrefixError;
use super::hash::BlockHashes;
use super::store::{NoRoom, Store};
use super::table::{IndexId, MAX_IDS, Table, load};
use super::walk;
use super::writer_lock::WriterLock;

/// Kept out of the table's budget for what is kept of each endpoint.
const ASIDE: usize = MAX_IDS * size_of::<Endpoint>();

/// How much an [`ApproximateIndex`] may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApproximateOptions {
    budget: usize,
    capacity: u32,
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

#[derive(Debug)]
struct Writer {
    store: Store,
    endpoints: Vec<Endpoint>,
    present: usize,
    options: ApproximateOptions,
    /// Blocks that all endpoints share: three quarters of the biggest table, because buckets fill unevenly.
    room: usize,
}

#[derive(Clone, Copy, Debug)]
struct Endpoint {
    present: bool,
    /// The current generation modulo 4: the class of what was touched last.
    generation: u8,
    /// Blocks of the current generation and of the one before.
    current: usize,
    previous: usize,
    capacity: usize,
    /// Slots swept by the time the current generation began, and the one before; since the endpoint went, where it is not present.
    began: [u64; 2],
}

impl Endpoint {
    /// The classes that count: this generation and the one before.
    fn live(&self) -> u8 {
        1 << self.generation | 1 << ((self.generation + 3) % 4)
    }
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
        self.writer.lock().add(&self.table, capacity)
    }

    /// Forgets an endpoint at once. When the last one goes the index is as small as at the start.
    ///
    /// # Errors
    ///
    /// [`PrefixError::UnknownEndpoint`]
    pub fn remove_endpoint(&self, id: IndexId) -> Result<(), PrefixError> {
        self.writer.lock().remove(&self.table, id)
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
        self.writer.lock().insert(&self.table, id, hashes.as_slice())
    }

    /// Calls `found` with every endpoint that holds the first block, and with the number of leading blocks that it holds. Allocates nothing.
    pub fn walk(&self, hashes: &BlockHashes, mut found: impl FnMut(IndexId, usize)) {
        let table = self.table.load();
        walk::walk(&table, hashes.as_slice(), |id, blocks| found(endpoint_id(id), blocks));
    }

    /// How many leading blocks each endpoint of a pool holds. `positions` says for each id where in `lengths` it is written, `u16::MAX` for nowhere;
    /// whoever holds nothing gets 0. Allocates nothing; looks up about as many blocks as there are different lengths times the logarithm of the chain.
    pub fn lengths(&self, hashes: &BlockHashes, positions: &[u16], lengths: &mut [u32]) {
        lengths.fill(0);
        self.walk(hashes, |id, blocks| {
            if let Some(length) = at_position(positions, lengths, id) {
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
            if let Some(length) = at_position(positions, lengths, endpoint_id(id)) {
                *length = length.saturating_add(1);
            }
        });
    }

    /// Bytes that the index takes: 16 for each of its slots, 32 for each 64 ids in a wide entry, 64 for each 64 ids, 72 for each endpoint that there
    /// was room for, and the fixed parts. While a table is replaced, readers may hold the one before for the moment; the budget has room for both.
    pub fn memory_bytes(&self) -> usize {
        let writer = self.writer.lock();
        let table = self.table.load();
        Table::bytes(table.slots(), table.wide_entries(), table.words)
            + writer.endpoints.capacity() * size_of::<Endpoint>()
            + size_of::<Self>()
    }

    /// Clears what endpoints that have gone and generations that have ended left behind. Nobody needs to ask for it: inserting does the same, bit by
    /// bit. Takes about 3 ns a slot.
    pub fn sweep(&self) {
        let mut writer = self.writer.lock();
        let table = self.table.load();
        writer.store.sweep(&table, table.slots(), false);
    }
}

#[expect(clippy::as_conversions, reason = "ids are below 4,096")]
fn endpoint_id(id: usize) -> IndexId {
    IndexId(id as u16)
}

/// Where a pool wants the answer for an id.
pub(super) fn at_position<'l, T>(positions: &[u16], out: &'l mut [T], id: IndexId) -> Option<&'l mut T> {
    let position = *positions.get(id.get())?;
    out.get_mut(usize::from(position))
}

impl Writer {
    fn new(options: ApproximateOptions) -> Self {
        let budget = options.budget.saturating_sub(ASIDE);
        let room = Store::max_slots(budget) / 4 * 3;
        Self { store: Store::new(budget), endpoints: Vec::new(), present: 0, options, room }
    }

    fn add(&mut self, shared: &ArcSwap<Table>, capacity: Option<u32>) -> Result<IndexId, PrefixError> {
        let capacity = index(capacity.unwrap_or(self.options.capacity));
        if capacity == 0 {
            return Err(PrefixError::Capacity);
        }
        let mut table = shared.load_full();
        let gone = self.endpoints.len() - self.present;
        let mut id = self.clean_id(&table);
        if id.is_none() && (self.endpoints.len() == MAX_IDS || gone > self.present + 64) {
            self.store.sweep(&table, table.slots(), false);
            id = self.clean_id(&table);
        }
        let id = id.unwrap_or(self.endpoints.len());
        if id >= MAX_IDS {
            return Err(PrefixError::Full);
        }
        if id >= table.words * 64 {
            table = self.widen(shared, &table);
        }
        let endpoint =
            Endpoint { present: true, generation: 0, current: 0, previous: 0, capacity, began: [0; 2] };
        match self.endpoints.get_mut(id) {
            Some(entry) => *entry = endpoint,
            None => self.endpoints.push(endpoint),
        }
        self.present += 1;
        table.set_live(id, endpoint.live());
        Ok(endpoint_id(id))
    }

    /// An id whose last endpoint left nothing behind.
    fn clean_id(&self, table: &Table) -> Option<usize> {
        let slots = wide(table.slots());
        self.endpoints.iter().position(|endpoint| {
            let [gone, _] = endpoint.began;
            !endpoint.present && self.store.swept - gone >= slots
        })
    }

    /// Makes room for twice as many ids; forgets everything where the budget leaves no other way.
    fn widen(&mut self, shared: &ArcSwap<Table>, table: &Table) -> Arc<Table> {
        let words = table.words * 2;
        let wider = self.store.rebuild(table, table.slots(), table.wide_entries(), words, false);
        let wider = Arc::new(wider.unwrap_or_else(|| {
            let swept = self.store.swept + wide(table.slots());
            self.store = Store::new(self.options.budget.saturating_sub(ASIDE));
            self.store.swept = swept;
            let fresh = Table::new(Store::START_SLOTS, 0, words);
            for (id, endpoint) in self.endpoints.iter_mut().enumerate() {
                (endpoint.current, endpoint.previous) = (0, 0);
                if endpoint.present {
                    fresh.set_live(id, endpoint.live());
                }
            }
            fresh
        }));
        shared.store(Arc::clone(&wider));
        wider
    }

    fn remove(&mut self, shared: &ArcSwap<Table>, id: IndexId) -> Result<(), PrefixError> {
        let swept = self.store.swept;
        let endpoint = self.endpoints.get_mut(id.get()).filter(|endpoint| endpoint.present);
        let endpoint = endpoint.ok_or(PrefixError::UnknownEndpoint)?;
        endpoint.present = false;
        endpoint.began = [swept; 2];
        self.present -= 1;
        shared.load().set_live(id.get(), 0);
        if self.present == 0 {
            *self = Self::new(self.options);
            shared.store(Arc::new(Table::new(Store::START_SLOTS, 0, 1)));
        }
        Ok(())
    }

    fn insert(&mut self, shared: &ArcSwap<Table>, id: IndexId, hashes: &[u64]) -> Result<usize, PrefixError> {
        let share = (self.room / self.present.max(1)).max(1);
        let endpoint = self.endpoints.get(id.get()).copied().filter(|endpoint| endpoint.present);
        let mut endpoint = endpoint.ok_or(PrefixError::UnknownEndpoint)?;
        let capacity = endpoint.capacity.min(share);
        let hashes = hashes.get(..capacity).unwrap_or(hashes);
        let mut table = shared.load_full();
        let id = id.get();

        // INVARIANT: a block is never younger than one before it, so what is of the current generation comes first, then what is of the one before.
        let mut touched = leading(&table, id, hashes, 1 << endpoint.generation);
        if touched == hashes.len() {
            return Ok(touched);
        }
        let mut known = leading(&table, id, hashes, endpoint.live());
        if endpoint.current > 0 && endpoint.current + (hashes.len() - touched) > (capacity / 2).max(1) {
            self.advance(&table, id, &mut endpoint);
            (known, touched) = (touched, 0);
        }
        while endpoint.current + endpoint.previous + (hashes.len() - known) > capacity {
            if endpoint.current + endpoint.previous == 0 {
                break;
            }
            self.advance(&table, id, &mut endpoint);
            (known, touched) = (touched, 0);
        }

        let mut held = touched;
        for hash in hashes.iter().skip(touched) {
            let Some(before) = self.touch(shared, &mut table, id, &endpoint, *hash) else { break };
            if before & 1 << endpoint.generation == 0 {
                endpoint.current += 1;
                endpoint.previous = endpoint.previous.saturating_sub(usize::from(before != 0));
            }
            held += 1;
        }
        // Keeps pace with what is written, so that no insertion has to sweep everything: four slots for a block, where two would do on average.
        self.store.sweep(&table, 4 * (held - touched), false);
        if let Some(entry) = self.endpoints.get_mut(id) {
            *entry = endpoint;
        }
        Ok(held)
    }

    /// Marks a block with the endpoint's current generation. Returns the classes in which the endpoint held it, `None` where there is no room.
    fn touch(
        &mut self,
        shared: &ArcSwap<Table>,
        table: &mut Arc<Table>,
        id: usize,
        endpoint: &Endpoint,
        hash: u64,
    ) -> Option<u8> {
        loop {
            let why = match self.store.place(table, hash, true) {
                None => NoRoom::Slots,
                Some(slot) => {
                    let before = table.classes_in(load(&table.holders, slot), id) & endpoint.live();
                    match self.store.set(table, slot, id, 1 << endpoint.generation) {
                        Ok(_) => return Some(before),
                        Err(why) => why,
                    }
                }
            };
            *table = Arc::new(self.store.grow(table, why, false)?);
            shared.store(Arc::clone(table));
        }
    }

    /// Starts the endpoint's next generation: what is of the one before the current is gone.
    fn advance(&mut self, table: &Table, id: usize, endpoint: &mut Endpoint) {
        // The next class was last used four generations ago. Those blocks died when the generation before this one began, and must have been
        // swept since.
        let [began, before] = endpoint.began;
        let swept = self.store.swept - before;
        self.store.sweep(
            table,
            usize::try_from(wide(table.slots()).saturating_sub(swept)).unwrap_or(usize::MAX),
            false,
        );
        endpoint.generation = (endpoint.generation + 1) % 4;
        (endpoint.current, endpoint.previous) = (0, endpoint.current);
        endpoint.began = [self.store.swept, began];
        table.set_live(id, endpoint.live());
    }
}

/// How many leading blocks an endpoint holds in one of these classes.
fn leading(table: &Table, id: usize, hashes: &[u64], classes: u8) -> usize {
    let holds = |hash: &u64| table.classes(*hash, id) & classes != 0;
    if hashes.last().is_some_and(holds) { hashes.len() } else { hashes.partition_point(holds) }
}
