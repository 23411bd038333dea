//! What a router tells of itself, until JavaScript asks for it.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use inferroute::{Entry, Journal};

/// The entries since JavaScript last asked, which it does at the end of each call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape(Arc<Mutex<Vec<Entry>>>);

impl Tape {
    /// Hands the entries over.
    pub(crate) fn take(&self) -> Vec<Entry> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Journal for Tape {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }
}
