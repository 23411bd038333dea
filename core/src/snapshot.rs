//! A hold on the state that was published at one moment.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

use crate::state::State;

/// The state that a decision was made on, held for as long as the decision is.
#[derive(Debug)]
pub struct Snapshot(Guard<Arc<State>>);

impl Snapshot {
    pub(crate) fn new(guard: Guard<Arc<State>>) -> Self {
        Self(guard)
    }

    /// A hold that takes none of the thread's slots.
    pub(crate) fn of(state: Arc<State>) -> Self {
        Self(Guard::from_inner(state))
    }

    /// The state itself, for what outlives a request: a guard kept for long holds one of its thread's few slots.
    #[inline]
    pub(crate) fn into_shared(self) -> Arc<State> {
        Guard::into_inner(self.0)
    }
}

impl Deref for Snapshot {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}
