//! The engines' own names of blocks whose tokens were hashed here.

use std::collections::HashMap;

use super::map_bytes::map_bytes;
use super::precise_writer::Writer;
use super::table::Table;
use crate::convert::wide;

pub(super) type Names = HashMap<u64, u64, foldhash::quality::FixedState>;

impl Writer {
    /// The key that a name of the endpoint stands for.
    pub(super) fn name(&self, id: usize, name: u64) -> Option<u64> {
        self.endpoints.get(id).and_then(|endpoint| endpoint.names.get(&name)).copied()
    }

    pub(super) fn key(&self, id: usize, hash: u64) -> u64 {
        self.name(id, hash).unwrap_or(hash).max(1)
    }

    /// Keeps names with their keys, as far as the budget goes; says how many.
    pub(super) fn remember(&mut self, id: usize, names: &[u64], keys: &[u64], table: &Table) -> usize {
        let mut bytes = self.bytes() + table.held_bytes();
        let Some(endpoint) = self.endpoints.get_mut(id) else { return 0 };
        let mut kept = 0;
        for (name, key) in names.iter().zip(keys) {
            let before = map_bytes(&endpoint.names);
            let full = endpoint.names.len() == endpoint.names.capacity();
            if full && bytes + 2 * before.max(64) > self.budget {
                self.counters.refused += wide(names.len() - kept);
                break;
            }
            endpoint.names.insert(*name, *key);
            bytes += map_bytes(&endpoint.names) - before;
            kept += 1;
        }
        kept
    }

    pub(super) fn forget_name(&mut self, id: usize, name: u64) {
        if let Some(endpoint) = self.endpoints.get_mut(id) {
            endpoint.names.remove(&name);
        }
    }
}
