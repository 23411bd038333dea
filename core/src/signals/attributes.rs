//! Named numbers of one endpoint that the host reports.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::rng::name_key;
use crate::units::Nanos;

/// The most attributes of one endpoint, so that names from outside cannot fill memory.
const MOST: usize = 16;

/// The attributes of one endpoint. Takes memory from the first one on.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    slots: OnceLock<Box<[Slot; MOST]>>,
}

/// One attribute. A slot is taken by storing a key, and never given back.
#[derive(Debug, Default)]
struct Slot {
    /// Key of the name; 0 while free.
    key: AtomicU64,
    value: AtomicU64,
    at: AtomicU64,
}

/// The key of an attribute's name; never 0.
pub(crate) fn attribute_key(name: &str) -> u64 {
    name_key(name).max(1)
}

impl Attributes {
    /// Replaces a value; `false` where there is no room for one more name.
    pub(crate) fn set(&self, key: u64, value: f64, at: Nanos) -> bool {
        let slots = self.slots.get_or_init(Box::default);
        for slot in slots.iter() {
            let taken = slot.key.compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed);
            if taken.is_ok() || taken == Err(key) {
                slot.value.store(value.to_bits(), Ordering::Relaxed);
                slot.at.store(at.get().saturating_add(1), Ordering::Relaxed);
                return true;
            }
        }
        false
    }

    /// The value, as told at `oldest` or later.
    pub(crate) fn get(&self, key: u64, oldest: Nanos) -> Option<f64> {
        let slot = self.slots.get()?.iter().find(|slot| slot.key.load(Ordering::Relaxed) == key)?;
        // Times are kept one higher, because 0 marks a value that was never told.
        let is_fresh = slot.at.load(Ordering::Relaxed) > oldest.get();
        is_fresh.then(|| f64::from_bits(slot.value.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_limit_have_no_room_and_old_values_are_missing() {
        let attributes = Attributes::default();
        assert_eq!(attributes.get(1, Nanos::new(0)), None);
        for key in 1..=16 {
            assert!(attributes.set(key, 0.5, Nanos::new(0)));
        }
        assert!(!attributes.set(17, 0.5, Nanos::new(0)));
        assert!(attributes.set(16, -2.0, Nanos::new(9)));
        assert_eq!(attributes.get(16, Nanos::new(9)), Some(-2.0));
        assert_eq!((attributes.get(16, Nanos::new(10)), attributes.get(17, Nanos::new(0))), (None, None));
        assert_eq!((attributes.get(1, Nanos::new(0)), attributes.get(1, Nanos::new(1))), (Some(0.5), None));
    }
}
