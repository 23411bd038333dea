//! Whose the key of a request is: `consistent-hash-picker` of section "Profiles", by loops over all members and slots.

use super::draw::{Draw, mix};
use super::members::Member;

const SIZES: [u64; 2] = [65_537, 655_373];
const LOOKED_AT: u64 = 64;

/// The members of a pool, and the number of the one that has each slot.
pub(crate) struct Table<'m> {
    pool: &'m [Member],
    slots: Vec<usize>,
}

impl Table<'_> {
    pub(crate) fn of(pool: &[Member]) -> Table<'_> {
        Table { pool, slots: slots(pool) }
    }

    /// The number of the one `among` some members that the text belongs to, and whether a slot told.
    pub(crate) fn pick(&self, text: &str, among: &[Member]) -> (usize, bool) {
        let hash = hash(text.as_bytes());
        let size = self.slots.len() as u64;
        for nth in 0..LOOKED_AT {
            let owner = &self.pool[self.slots[((upper(hash, size) + nth) % size) as usize]];
            if let Some(number) = among.iter().position(|member| member == owner) {
                return (number, true);
            }
        }
        let mut best = (0, 0);
        for (number, member) in among.iter().enumerate() {
            let own = mix(hash ^ key(member));
            if number == 0 || own > best.0 {
                best = (own, number);
            }
        }
        (best.1, false)
    }
}

/// The number of the member that has each slot.
fn slots(pool: &[Member]) -> Vec<usize> {
    let size = if 100 * pool.len() as u64 <= SIZES[0] { SIZES[0] } else { SIZES[1] };
    let mut slots = vec![None; size as usize];
    let mut passed = vec![0; pool.len()];
    let mut taken = 0;
    while taken < size {
        for (number, member) in pool.iter().enumerate() {
            let (first, step) = (upper(mix(key(member)), size), 1 + upper(mix(key(member) ^ 1), size - 1));
            while taken < size {
                let slot = ((first + passed[number] * step) % size) as usize;
                passed[number] += 1;
                if slots[slot].is_none() {
                    slots[slot] = Some(number);
                    taken += 1;
                    break;
                }
            }
        }
    }
    slots.into_iter().flatten().collect()
}

fn key(member: &Member) -> u64 {
    Draw::key(&member.id, member.address.as_deref())
}

/// The hash of a text: words of eight bytes, the lowest first, multiplied in one after the other.
fn hash(text: &[u8]) -> u64 {
    let mut hash = 0x9e37_79b9_7f4a_7c15 ^ text.len() as u64;
    for word in text.chunks(8) {
        let mut number = 0;
        for (place, byte) in word.iter().enumerate() {
            number |= u64::from(*byte) << (8 * place);
        }
        let product = u128::from(hash ^ number) * 0xbf58_476d_1ce4_e5b9;
        hash = (product >> 64) as u64 ^ product as u64;
    }
    hash
}

/// The upper half of a product.
fn upper(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 64) as u64
}
