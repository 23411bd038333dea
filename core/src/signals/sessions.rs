//! Which endpoint each session of a pool is bound to, in a table of fixed size that is read without a lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::units::Nanos;

const SETS: usize = 1 << 13;
const WAYS: usize = 8;

/// A table of 65,536 sessions, 1.5 MiB from the first session on. A session has a place in one set of eight; when they are taken, the one unused for
/// longest makes room.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sets: OnceLock<Box<[[Binding; WAYS]]>>,
}

/// One session. Two requests that write at once may leave the parts of both; a reader sees that, because the keys then do not fit together, and takes
/// the place for free.
#[derive(Debug, Default)]
struct Binding {
    session: AtomicU64,
    /// The endpoint's key, XOR the session's.
    endpoint: AtomicU64,
    /// When it was used last, one higher; 0 while free.
    used: AtomicU64,
}

impl Sessions {
    /// The key of the endpoint that the session is bound to, if it was used less than `keep` before `now`.
    pub(crate) fn endpoint(&self, session: u64, now: Nanos, keep: Nanos) -> Option<u64> {
        let binding = self.set(session)?.iter().find(|binding| binding.is_of(session))?;
        let used = binding.used.load(Ordering::Relaxed);
        let is_kept = used > 0 && now.get().saturating_sub(used - 1) <= keep.get();
        is_kept.then(|| binding.endpoint.load(Ordering::Relaxed) ^ session)
    }

    /// Binds the session, or tells that it was used.
    pub(crate) fn bind(&self, session: u64, endpoint: u64, now: Nanos) {
        self.sets.get_or_init(|| (0..SETS).map(|_| Default::default()).collect());
        let Some(set) = self.set(session) else { return };
        let own = set.iter().find(|binding| binding.is_of(session));
        let unused = || set.iter().min_by_key(|binding| binding.used.load(Ordering::Relaxed));
        if let Some(binding) = own.or_else(unused) {
            binding.session.store(session, Ordering::Relaxed);
            binding.endpoint.store(endpoint ^ session, Ordering::Relaxed);
            binding.used.store(now.get().saturating_add(1), Ordering::Relaxed);
        }
    }

    fn set(&self, session: u64) -> Option<&[Binding; WAYS]> {
        let sets = self.sets.get()?;
        sets.get(usize::try_from(session >> 32).unwrap_or_default() % SETS)
    }
}

impl Binding {
    fn is_of(&self, session: u64) -> bool {
        self.session.load(Ordering::Relaxed) == session && self.used.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_kept_while_used_and_the_oldest_makes_room() {
        let (sessions, keep) = (Sessions::default(), Nanos::new(100));
        let bound = |session, now| sessions.endpoint(session, Nanos::new(now), keep);
        assert_eq!(bound(5, 0), None);
        sessions.bind(5, 77, Nanos::new(0));
        assert_eq!((bound(5, 100), bound(5, 101), bound(6, 0)), (Some(77), None, None));
        // All of these share the set of session 5.
        for session in 0..7 {
            sessions.bind(100 + session, session, Nanos::new(10 + session));
        }
        sessions.bind(5, 78, Nanos::new(50));
        sessions.bind(200, 9, Nanos::new(60));
        assert_eq!((bound(5, 60), bound(200, 60)), (Some(78), Some(9)));
        assert_eq!(bound(100, 60), None, "unused for longest");
        assert_eq!(bound(106, 60), Some(6));
    }
}
