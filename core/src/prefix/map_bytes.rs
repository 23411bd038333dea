//! What a hash table of the standard library takes.

use std::collections::HashMap;

/// The bytes of a table: an entry and a byte for each place, of which seven in eight may be used.
pub(super) fn map_bytes<K, V, S>(map: &HashMap<K, V, S>) -> usize {
    if map.capacity() == 0 {
        return 0;
    }
    (map.capacity() * 8 / 7).next_power_of_two() * (size_of::<(K, V)>() + 1)
}
