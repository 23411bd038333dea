//! What a router knows of its endpoints' prefix caches.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::convert::number;
use crate::plan::PrefixPlan;
use crate::prefix::{
    ApproximateIndex, BlockHashes, IndexId, KvChange, KvCounters, KvEvent, PreciseIndex, PrefixHasher,
    PrefixMatch, at_position,
};

/// Tokens that count as held by an endpoint because they were sent there, where engines tell what they hold: some long prompts, so that a request
/// sees the one before it although its engine has not told of it yet. Many more would outlive what engines drop.
const RECENT_TOKENS: u32 = 131_072;

/// Indexes that outlive any one state, with what prompts are hashed by.
#[derive(Debug)]
pub(crate) struct PrefixKnowledge {
    pub(crate) hasher: PrefixHasher,
    sent: ApproximateIndex,
    told: Option<PreciseIndex>,
    plan: PrefixPlan,
}

/// One endpoint's part of the knowledge, from the moment it is known until no state and no request holds it.
#[derive(Debug)]
pub(crate) struct Seat {
    knowledge: Arc<PrefixKnowledge>,
    sent: IndexId,
    told: Option<IndexId>,
}

/// Where the members of a pool stand, by their numbers in the indexes; `u16::MAX` for numbers that are none of the pool's.
#[derive(Debug, Default)]
pub(crate) struct Seating {
    sent: Box<[u16]>,
    told: Box<[u16]>,
}

impl PrefixKnowledge {
    /// Indexes for a plan: those there were, if the plan hashes and remembers as before.
    pub(super) fn of(plan: Option<&PrefixPlan>, previous: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        let plan = plan?;
        if let Some(kept) = previous.filter(|previous| previous.plan == *plan) {
            return Some(Arc::clone(kept));
        }
        // INVARIANT: a `PrefixPlan` is made of options that were tried.
        let hasher = PrefixHasher::try_new(&plan.hashing).ok()?;
        let sent = ApproximateIndex::try_new(&plan.index).ok()?;
        let told = match &plan.events {
            Some(options) => Some(PreciseIndex::try_new(options, hasher.clone()).ok()?),
            None => None,
        };
        Some(Arc::new(Self { hasher, sent, told, plan: plan.clone() }))
    }

    /// A seat for an endpoint; `None` where the indexes have no more, so that nothing is known of the endpoint.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Arc<Seat>> {
        let sent = self
            .sent
            .add_endpoint(self.told.as_ref().map(|_| (RECENT_TOKENS / self.hasher.block_tokens()).max(1)))
            .ok()?;
        let told = self.told.as_ref().and_then(|told| told.add_endpoint().ok());
        Some(Arc::new(Seat { knowledge: Arc::clone(self), sent, told }))
    }

    /// Writes how many blocks from the first on each member of a pool holds into `lengths`, which are zeros, and calls `holder` once with the position of
    /// every member that holds any. Allocates nothing; where engines tell, for up to 1,024 members.
    pub(crate) fn lengths(
        &self,
        hashes: &BlockHashes,
        seating: &Seating,
        lengths: &mut [u32],
        mut holder: impl FnMut(u16),
    ) {
        self.sent.walk(hashes, |id, blocks| {
            if let Some((position, length)) = at_position(&seating.sent, lengths, id) {
                *length = number(blocks);
                holder(position);
            }
        });
        if let Some(told) = &self.told {
            let mut matches: SmallVec<[PrefixMatch; 1024]> = SmallVec::new();
            matches.resize(lengths.len(), PrefixMatch::default());
            told.matches(hashes, &seating.told, &mut matches);
            for (position, (length, found)) in (0..u16::MAX).zip(lengths.iter_mut().zip(&matches)) {
                let blocks = found.truncated();
                if *length == 0 && blocks > 0 {
                    holder(position);
                }
                *length = (*length).max(blocks);
            }
        }
    }

    /// How often something was wrong with what engines told.
    pub(super) fn counters(&self) -> Option<KvCounters> {
        self.told.as_ref().map(PreciseIndex::counters)
    }
}

impl Seat {
    pub(super) fn is_of(&self, knowledge: &Arc<PrefixKnowledge>) -> bool {
        Arc::ptr_eq(&self.knowledge, knowledge)
    }

    /// The endpoint was sent the prompt with these hashes.
    pub(crate) fn insert(&self, hashes: &BlockHashes) {
        // A seat's number is known to its index for as long as the seat is there.
        _ = self.knowledge.sent.insert(self.sent, hashes);
    }

    /// The endpoint's engine told of its cache. Nothing where the plan does not ask for that.
    pub(super) fn told(&self, sequence: u64, change: KvChange<'_>) {
        if let (Some(index), Some(endpoint)) = (&self.knowledge.told, self.told) {
            _ = index.apply(&KvEvent { endpoint, sequence, change });
        }
    }
}

impl Seating {
    /// The seats of a pool's members, in their order.
    pub(super) fn of<'s>(seats: impl Iterator<Item = Option<&'s Arc<Seat>>> + Clone) -> Self {
        let sent = inverse(seats.clone().map(|seat| Some(seat?.sent.get())));
        let told = inverse(seats.map(|seat| Some(seat?.told?.get())));
        Self { sent, told }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        _ = self.knowledge.sent.remove_endpoint(self.sent);
        if let (Some(index), Some(id)) = (&self.knowledge.told, self.told) {
            _ = index.remove_endpoint(id);
        }
    }
}

/// The place of each number among `numbers`, `u16::MAX` for those that are not there.
fn inverse(numbers: impl Iterator<Item = Option<usize>>) -> Box<[u16]> {
    let mut places = Vec::new();
    for (place, number) in (0..u16::MAX).zip(numbers) {
        let Some(number) = number else { continue };
        if places.len() <= number {
            places.resize(number + 1, u16::MAX);
        }
        if let Some(of_number) = places.get_mut(number) {
            *of_number = place;
        }
    }
    places.into()
}
