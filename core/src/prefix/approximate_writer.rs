//! Keeping the two generations of every endpoint.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::approximate::ApproximateOptions;
use super::error::PrefixError;
use super::store::{NoRoom, Store};
use super::table::{MAX_IDS, Table, load};
use crate::convert::{index, wide};

/// Kept out of the table's budget for what is kept of each endpoint.
const ASIDE: usize = MAX_IDS * size_of::<Endpoint>();

#[derive(Debug)]
pub(super) struct Writer {
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

impl Writer {
    pub(super) fn new(options: ApproximateOptions) -> Self {
        let budget = options.budget.saturating_sub(ASIDE);
        let room = Store::max_slots(budget) / 4 * 3;
        Self { store: Store::new(budget, 0), endpoints: Vec::new(), present: 0, options, room }
    }

    pub(super) fn add(
        &mut self,
        shared: &ArcSwap<Table>,
        capacity: Option<u32>,
    ) -> Result<usize, PrefixError> {
        let capacity = index(capacity.unwrap_or(self.options.capacity));
        if capacity == 0 {
            return Err(PrefixError::Capacity);
        }
        let mut table = shared.load_full();
        let gone = self.endpoints.len() - self.present;
        let mut id = self.clean_id(&table);
        if id.is_none() && (self.endpoints.len() == MAX_IDS || gone > self.present + 64) {
            self.store.sweep(&table, table.slots());
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
        Ok(id)
    }

    pub(super) fn bytes(&self) -> usize {
        self.endpoints.capacity() * size_of::<Endpoint>()
    }

    pub(super) fn sweep(&mut self, table: &Table) {
        self.store.sweep(table, table.slots());
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
        let wider = self.store.widen(table, false);
        let wider = Arc::new(wider.unwrap_or_else(|| {
            let swept = self.store.swept + wide(table.slots());
            self.store = Store::new(self.options.budget.saturating_sub(ASIDE), 0);
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

    pub(super) fn remove(&mut self, shared: &ArcSwap<Table>, id: usize) -> Result<(), PrefixError> {
        let swept = self.store.swept;
        let endpoint = self.endpoints.get_mut(id).filter(|endpoint| endpoint.present);
        let endpoint = endpoint.ok_or(PrefixError::UnknownEndpoint)?;
        endpoint.present = false;
        endpoint.began = [swept; 2];
        self.present -= 1;
        shared.load().set_live(id, 0);
        if self.present == 0 {
            *self = Self::new(self.options);
            shared.store(Arc::new(Table::new(Store::START_SLOTS, 0, 1)));
        }
        Ok(())
    }

    pub(super) fn insert(
        &mut self,
        shared: &ArcSwap<Table>,
        id: usize,
        hashes: &[u64],
    ) -> Result<usize, PrefixError> {
        let share = (self.room / self.present.max(1)).max(1);
        let endpoint = self.endpoints.get(id).copied().filter(|endpoint| endpoint.present);
        let mut endpoint = endpoint.ok_or(PrefixError::UnknownEndpoint)?;
        let capacity = endpoint.capacity.min(share);
        let hashes = hashes.get(..capacity).unwrap_or(hashes);
        let mut table = shared.load_full();

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
        self.store.begin();
        for (position, hash) in hashes.iter().enumerate().skip(touched) {
            let Some(before) = self.touch(shared, &mut table, id, &endpoint, (position, *hash)) else {
                break;
            };
            if before & 1 << endpoint.generation == 0 {
                endpoint.current += 1;
                endpoint.previous = endpoint.previous.saturating_sub(usize::from(before != 0));
            }
            held += 1;
        }
        // Keeps pace with what is written, so that no insertion has to sweep everything: four slots for a block, where two would do on average.
        self.store.sweep(&table, 4 * (held - touched));
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
        (position, hash): (usize, u64),
    ) -> Option<u8> {
        loop {
            let why = match self.store.place(table, hash, true) {
                None => NoRoom::Slots,
                Some(slot) => {
                    let before = table.classes_in(load(&table.holders, slot), id) & endpoint.live();
                    match self.store.set(table, slot, id, 1 << endpoint.generation, position) {
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
        self.store
            .sweep(table, usize::try_from(wide(table.slots()).saturating_sub(swept)).unwrap_or(usize::MAX));
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
