//! A ring of hashes: each endpoint at many places, a key belongs to the next place after it.

use super::draw::mixed;

/// Places an endpoint has, as many as in smg (lightseekorg/smg at 73da68c, model_gateway/src/worker/hash_ring.rs).
const PLACES: u64 = 150;

/// Which endpoint a key belongs to. Endpoints that come and go move only their own keys.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    places: Vec<(u64, usize)>,
}

impl Ring {
    /// The endpoint has its places.
    pub fn add(&mut self, endpoint: usize) {
        self.drop(endpoint);
        let place = |n| (mixed(mixed(endpoint as u64 + 1) ^ n), endpoint);
        self.places.extend((0..PLACES).map(place));
        self.places.sort_unstable();
    }

    /// The endpoint has no place.
    pub fn drop(&mut self, endpoint: usize) {
        self.places.retain(|(_, other)| *other != endpoint);
    }

    /// The endpoints in the order of their places from the key on; each comes several times.
    pub fn from(&self, key: u64) -> impl Iterator<Item = usize> + '_ {
        let key = mixed(key ^ 0x5EED);
        let start = self.places.partition_point(|(place, _)| *place < key);
        let (before, after) = self.places.split_at(start);
        after.iter().chain(before).map(|(_, endpoint)| *endpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_alike_and_only_the_keys_of_who_leaves_move() {
        let mut ring = Ring::default();
        (0..8).for_each(|endpoint| ring.add(endpoint));
        let owner = |ring: &Ring, key: u64| ring.from(key).next().expect("eight endpoints");
        let before: Vec<usize> = (0..8000).map(|key| owner(&ring, key)).collect();
        for endpoint in 0..8 {
            let share = before.iter().filter(|owner| **owner == endpoint).count();
            assert!((700..1300).contains(&share), "{share}");
        }
        ring.drop(3);
        for (key, old) in (0..8000).zip(&before) {
            assert!(*old == 3 || owner(&ring, key) == *old);
            assert_ne!(owner(&ring, key), 3);
        }
        ring.add(3);
        assert!((0..8000).zip(&before).all(|(key, old)| owner(&ring, key) == *old));
        assert_eq!(ring.from(9).count(), 8 * PLACES as usize);
    }
}
