//! The candidate that the request's key belongs to, whatever there is to choose from.
//!
//! The key's slot in the pool's table names a member; one that is no candidate is passed over for the next slot's, and so fallbacks are found too. A member
//! that filters keep out hands its keys to many others that way, and gets them back when it is in again. Where few are left of a large pool the slots near
//! the key's may all belong to others: then the candidates themselves are rated by the key, and the highest win (rendezvous hashing; Thaler and
//! Ravishankar, 1998). Without a key each candidate is as likely as any other.

use super::{Picking, Ranked, random};
use crate::plan::HashKey;
use crate::rng::{of_endpoint, text_hash};
use crate::trace::Trace;

/// Slots that are looked at. Where half of the members are candidates, one in 2^64 keys needs more for its first.
const SLOTS: usize = 64;

#[inline]
pub(super) fn rank<T: Trace>(key: &HashKey, picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    let facts = picking.facts;
    let text = match key {
        HashKey::Header(header) => facts.header_bytes(header),
        HashKey::Model => facts.request.model.map(str::as_bytes).filter(|model| !model.is_empty()),
    };
    let Some(hash) = text.map(text_hash) else { return random::rank(picking, ranked) };
    let candidates = picking.candidates;
    for position in facts.members.slots.iter().flat_map(|slots| slots.walk(hash, SLOTS)) {
        if ranked.is_full() {
            return;
        }
        if candidates.contains(position) && !ranked.has(position) {
            // Nothing is drawn among those that are left, so a position does for a number.
            picking.take_at(position, position, ranked);
        }
    }
    while !ranked.is_full() {
        let mut best = None;
        candidates.for_each(|position| {
            let key = facts.members.keys.get(position).copied().unwrap_or_default();
            let number = of_endpoint(hash, key);
            if best.is_none_or(|(most, _)| number > most) && !ranked.has(position) {
                best = Some((number, position));
            }
        });
        let Some((_, position)) = best else { return };
        picking.take_at(position, position, ranked);
    }
}
