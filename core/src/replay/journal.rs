//! Everything that moves a router, in the order in which it happened.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::record::{DecisionRecord, RequestRecord};
use crate::signals::Event;
use crate::units::Nanos;

/// Takes what a router tells of itself. Called in the middle of decisions, by every thread that decides: it should hand the entry on and return.
///
/// Entries of threads that decide at once come in some order; a decision may have seen a little less or more than the entries before it say. Repeating
/// is exact for hosts that ask one router from one thread.
pub trait Journal: Send + Sync {
    /// One entry.
    fn record(&self, entry: Entry);
}

/// One thing that happened to a router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// It was told of an event.
    Observed {
        /// When.
        now: Nanos,
        /// The event.
        event: Event,
    },
    /// Another plan was published. Plans do not serialise: whoever repeats the journal publishes the same one.
    Updated {
        /// The version of the state after it.
        state_version: u64,
    },
    /// It decided.
    Decided {
        /// How.
        decision: Box<DecisionRecord>,
        /// On what.
        request: Box<RequestRecord>,
        /// The number of the ticket where it counted the request in flight, `None` where it only decided.
        ticket: Option<u64>,
        /// Whether the request was counted for other decisions only, and sent nowhere: one of [`Router::decide_many`](crate::Router::decide_many).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        only_counted: bool,
    },
    /// The first token of a routed request came.
    FirstToken {
        /// When.
        now: Nanos,
        /// Its number.
        ticket: u64,
    },
    /// The lease of a routed request was renewed.
    Renewed {
        /// When.
        now: Nanos,
        /// Its number.
        ticket: u64,
    },
    /// A routed request went on to its next fallback.
    FellBack {
        /// When.
        now: Nanos,
        /// Its number.
        ticket: u64,
    },
    /// The endpoint said how much of the prompt it held.
    CachedTokens {
        /// Its number.
        ticket: u64,
        /// Tokens.
        delivered: u32,
    },
    /// The attempt under way of a routed request failed.
    Failed {
        /// When.
        now: Nanos,
        /// Its number.
        ticket: u64,
    },
    /// A routed request was answered.
    Answered {
        /// Its number.
        ticket: u64,
    },
    /// A routed request came to its end.
    Finished {
        /// Its number.
        ticket: u64,
    },
}

impl fmt::Debug for dyn Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}
