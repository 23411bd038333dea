//! One writer at a time.

use std::sync::PoisonError;

/// The lock that writers of an index take, or of the counts of other replicas. Readers never do: they read what is made of atomics.
#[derive(Debug)]
pub(crate) struct WriterLock<T>(Lock<T>);

#[expect(clippy::disallowed_types, reason = "orders writers only; no decision waits for it")]
type Lock<T> = std::sync::Mutex<T>;

impl<T> WriterLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Lock::new(value))
    }

    /// Waits for the other writers. A writer that panicked leaves what it had done by then: every step of a writer keeps the table readable, so the lock
    /// is taken over.
    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
