//! Taking KV events in.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::error::PrefixError;
use super::hash::{BlockHashes, PrefixHasher};
use super::kv_event::{KvChange, KvCounters, KvEvent, KvOutcome, Tier};
use super::links::Links;
use super::map_bytes::map_bytes;
use super::names::Names;
use super::store::{NoRoom, Store};
use super::table::{MAX_IDS, Table, load};
use crate::convert::wide;

/// Every tier counts.
const ALL: u8 = 0xF;

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) links: Links,
    pub(super) endpoints: Vec<Endpoint>,
    present: usize,
    pub(super) counters: KvCounters,
    hasher: PrefixHasher,
    pub(super) budget: usize,
    /// Whether slots may hold what endpoints left behind.
    dirty: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("endpoints", &self.present)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
pub(super) struct Endpoint {
    present: bool,
    quarantined: bool,
    sequence: Option<u64>,
    /// Blocks held, those among them whose parent is not, those in a tier other than the device.
    pub(super) blocks: usize,
    pub(super) orphans: usize,
    pub(super) elsewhere: usize,
    /// Slots swept by the time it went.
    gone: u64,
    pub(super) names: Names,
}

impl Writer {
    pub(super) fn new(budget: usize, hasher: PrefixHasher) -> Self {
        let aside = MAX_IDS * size_of::<Endpoint>();
        Self {
            store: Store::new(budget.saturating_sub(aside), Links::BYTES),
            links: Links::new(Store::START_SLOTS),
            endpoints: Vec::new(),
            present: 0,
            counters: KvCounters::default(),
            hasher,
            budget,
            dirty: false,
        }
    }

    pub(super) fn counters(&self) -> KvCounters {
        self.counters
    }

    pub(super) fn orphans(&self, id: usize) -> Result<usize, PrefixError> {
        let endpoint = self.endpoints.get(id).filter(|endpoint| endpoint.present);
        endpoint.map(|endpoint| endpoint.orphans).ok_or(PrefixError::UnknownEndpoint)
    }

    pub(super) fn bytes(&self) -> usize {
        self.name_bytes() + self.links.bytes() + self.endpoints.capacity() * size_of::<Endpoint>()
    }

    fn name_bytes(&self) -> usize {
        self.endpoints.iter().map(|endpoint| map_bytes(&endpoint.names)).sum()
    }

    /// Whether the budget has room for another child of this slot.
    pub(super) fn has_room_for_child(&self, table: &Table, parent: usize) -> bool {
        if !self.links.would_grow(parent) {
            return true;
        }
        let bytes = self.bytes() + table.held_bytes();
        // The old table of siblings stays until the new one is filled.
        bytes + 2 * self.links.sibling_bytes().max(64) <= self.budget
    }

    pub(super) fn add(&mut self, shared: &ArcSwap<Table>) -> Result<usize, PrefixError> {
        let mut table = shared.load_full();
        let gone = self.endpoints.len() - self.present;
        if self.dirty && (self.endpoints.len() == MAX_IDS || gone > self.present + 64) {
            self.sweep(&table);
        }
        let swept = self.store.swept;
        let clean = self.endpoints.iter().position(|endpoint| !endpoint.present && endpoint.gone < swept);
        let id = clean.unwrap_or(self.endpoints.len());
        if id >= MAX_IDS {
            return Err(PrefixError::Full);
        }
        if id >= table.words * 64 {
            self.count_aside();
            let wider = self.store.widen(&table, true).ok_or(PrefixError::Full)?;
            table = Arc::new(self.moved(&table, wider));
            shared.store(Arc::clone(&table));
        }
        let endpoint = Endpoint { present: true, ..Endpoint::default() };
        match self.endpoints.get_mut(id) {
            Some(entry) => *entry = endpoint,
            None => self.endpoints.push(endpoint),
        }
        self.present += 1;
        table.set_linear(id, false);
        table.set_live(id, ALL);
        Ok(id)
    }

    pub(super) fn remove(&mut self, shared: &ArcSwap<Table>, id: usize) -> Result<(), PrefixError> {
        let endpoint = self.endpoints.get_mut(id).filter(|endpoint| endpoint.present);
        let endpoint = endpoint.ok_or(PrefixError::UnknownEndpoint)?;
        *endpoint = Endpoint { gone: self.store.swept, ..Endpoint::default() };
        self.present -= 1;
        self.dirty = true;
        shared.load().set_live(id, 0);
        if self.present == 0 {
            let counters = self.counters;
            *self = Self::new(self.budget, self.hasher.clone());
            self.counters = counters;
            shared.store(Arc::new(Table::new(Store::START_SLOTS, 0, 1)));
        }
        Ok(())
    }

    pub(super) fn apply(
        &mut self,
        shared: &ArcSwap<Table>,
        event: &KvEvent<'_>,
    ) -> Result<KvOutcome, PrefixError> {
        let id = event.endpoint.get();
        let counters = &mut self.counters;
        let endpoint = self.endpoints.get_mut(id).filter(|endpoint| endpoint.present);
        let endpoint = endpoint.ok_or(PrefixError::UnknownEndpoint)?;
        if !matches!(event.change, KvChange::Started)
            && endpoint.sequence.is_some_and(|seen| event.sequence <= seen)
        {
            counters.duplicates += 1;
            return Ok(KvOutcome::Duplicate);
        }
        let missing = endpoint.sequence.is_some_and(|seen| event.sequence.saturating_sub(seen) > 1);
        endpoint.sequence = Some(event.sequence);
        let mut table = shared.load_full();
        if matches!(event.change, KvChange::Cleared | KvChange::Started) {
            self.clear(&table, id);
            return Ok(KvOutcome::Applied);
        }
        if endpoint.quarantined {
            counters.passed_over += 1;
            return Ok(KvOutcome::Quarantined);
        }
        if missing {
            endpoint.quarantined = true;
            counters.gaps += 1;
            self.dirty = true;
            table.set_live(id, 0);
            return Ok(KvOutcome::Quarantined);
        }
        let complete = match event.change {
            KvChange::Stored { hashes, parent, tier } => {
                let parent = parent.map(|parent| self.key(id, parent));
                self.stored(shared, &mut table, id, hashes, parent, tier)
            }
            KvChange::StoredTokens { names, tokens, parent, tier, scope } => {
                let before = parent.map(|parent| self.name(id, parent));
                if before == Some(None) {
                    self.counters.unplaced += wide(names.len());
                    return Ok(KvOutcome::Partly);
                }
                let mut keys = BlockHashes::new();
                let before = before.flatten();
                self.hasher.hash_after(scope, before, tokens, &mut keys);
                let known = self.remember(id, names, keys.as_slice(), &table);
                let keys = keys.as_slice().get(..known).unwrap_or_default();
                self.stored(shared, &mut table, id, keys, before, tier) && known == names.len()
            }
            KvChange::Removed { hashes, tier } => {
                self.removed(&table, id, hashes, tier);
                true
            }
            KvChange::Cleared | KvChange::Started => true,
        };
        self.show(&table, id);
        Ok(if complete { KvOutcome::Applied } else { KvOutcome::Partly })
    }

    /// Whether all blocks found room.
    fn stored(
        &mut self,
        shared: &ArcSwap<Table>,
        table: &mut Arc<Table>,
        id: usize,
        hashes: &[u64],
        parent: Option<u64>,
        tier: Tier,
    ) -> bool {
        let starts = parent.is_none();
        let mut parent = parent;
        self.store.begin();
        for (at, hash) in hashes.iter().enumerate() {
            let hash = (*hash).max(1);
            let position = if starts { at } else { 0 };
            let before = parent.filter(|parent| *parent != hash);
            if self.store_one(shared, table, id, (position, hash), before, tier).is_none() {
                self.counters.refused += wide(hashes.len() - at);
                return false;
            }
            parent = Some(hash);
        }
        true
    }

    fn store_one(
        &mut self,
        shared: &ArcSwap<Table>,
        table: &mut Arc<Table>,
        id: usize,
        (position, hash): (usize, u64),
        parent: Option<u64>,
        tier: Tier,
    ) -> Option<()> {
        loop {
            let why = match self.try_store(table, id, hash, parent, tier, position) {
                Ok(()) => return Some(()),
                Err(why) => why,
            };
            if self.dirty && why == NoRoom::Slots {
                self.sweep(table);
                continue;
            }
            self.count_aside();
            let grown = self.store.grow(table, why, true)?;
            *table = Arc::new(self.moved(table, grown));
            shared.store(Arc::clone(table));
        }
    }

    /// Tells the store what it may not use: for siblings twice what they take, because a bigger table gets its own before the old ones go.
    fn count_aside(&mut self) {
        self.store.aside = self.name_bytes() + 2 * self.links.sibling_bytes();
    }

    /// Empties the endpoint's cache and ends its quarantine.
    fn clear(&mut self, table: &Table, id: usize) {
        let Some(endpoint) = self.endpoints.get_mut(id) else { return };
        let blocks = endpoint.blocks;
        *endpoint = Endpoint { present: true, sequence: endpoint.sequence, ..Endpoint::default() };
        table.set_live(id, 0);
        if blocks > 0 {
            self.sweep(table);
        }
        table.set_linear(id, false);
        table.set_live(id, ALL);
    }

    /// Removes all that endpoints without knowledge left behind.
    fn sweep(&mut self, table: &Table) {
        for slot in 0..table.slots() {
            if self.store.sweep_slot(table, slot) {
                self.tidy(table, slot);
            }
        }
        self.store.swept += wide(table.slots());
        self.dirty = false;
    }

    /// Takes the links over to a table that was just built.
    fn moved(&mut self, old: &Table, new: Table) -> Table {
        self.links = self.links.moved(old, &new);
        for slot in 0..new.slots() {
            if load(&new.keys, slot) != 0 {
                self.tidy(&new, slot);
            }
        }
        self.dirty = false;
        new
    }

    /// Lets readers know how to walk the endpoint.
    fn show(&self, table: &Table, id: usize) {
        if let Some(endpoint) = self.endpoints.get(id) {
            table.set_linear(id, endpoint.orphans > 0 || endpoint.elsewhere > 0);
        }
    }
}
