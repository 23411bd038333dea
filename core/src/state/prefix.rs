//! What a router knows of its endpoints' prefix caches.

use std::sync::Arc;

use crate::plan::PrefixPlan;
use crate::prefix::{ApproximateIndex, BlockHashes, IndexId, PrefixHasher};

/// An index that outlives any one state, with what prompts are hashed by.
#[derive(Debug)]
pub(crate) struct PrefixKnowledge {
    pub(crate) hasher: PrefixHasher,
    pub(crate) index: ApproximateIndex,
    plan: PrefixPlan,
}

/// One endpoint's part of the knowledge, from the moment it is known until no state and no request holds it.
#[derive(Debug)]
pub(crate) struct Seat {
    knowledge: Arc<PrefixKnowledge>,
    id: IndexId,
}

impl PrefixKnowledge {
    /// An index for a plan: the one there was, if the plan hashes and remembers as before.
    pub(super) fn of(plan: Option<&PrefixPlan>, previous: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        let plan = plan?;
        if let Some(kept) = previous.filter(|previous| previous.plan == *plan) {
            return Some(Arc::clone(kept));
        }
        // INVARIANT: a `PrefixPlan` is made of options that were tried.
        let hasher = PrefixHasher::try_new(&plan.hashing).ok()?;
        let index = ApproximateIndex::try_new(&plan.index).ok()?;
        Some(Arc::new(Self { hasher, index, plan: plan.clone() }))
    }

    /// A seat for an endpoint; `None` where the index has no more, so that nothing is known of the endpoint.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Arc<Seat>> {
        let id = self.index.add_endpoint(None).ok()?;
        Some(Arc::new(Seat { knowledge: Arc::clone(self), id }))
    }
}

impl Seat {
    pub(super) fn id(&self) -> IndexId {
        self.id
    }

    pub(super) fn is_of(&self, knowledge: &Arc<PrefixKnowledge>) -> bool {
        Arc::ptr_eq(&self.knowledge, knowledge)
    }

    /// The endpoint was sent the prompt with these hashes.
    pub(crate) fn insert(&self, hashes: &BlockHashes) {
        // A seat's id is known to its index for as long as the seat is there.
        _ = self.knowledge.index.insert(self.id, hashes);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        _ = self.knowledge.index.remove_endpoint(self.id);
    }
}
