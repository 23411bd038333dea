//! What is known of one request while it is under way.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use inferroute::Ticket;

use crate::gateway::Gateway;

/// One for each request, from its header to the last byte of its answer. Dropping it ends the count of the request, whatever became of it.
pub(crate) struct Context {
    gateway: Arc<Gateway>,
    /// Since its header was read.
    pub(crate) began: Instant,
    /// The path and query that the client asked for.
    pub(crate) path: String,
    /// The client's body, as it came.
    pub(crate) body: Bytes,
    /// The body for the attempt under way.
    pub(crate) sent: Bytes,
    /// The request in flight, once it is routed.
    pub(crate) ticket: Option<Ticket>,
    /// Whether the attempt under way may go once more to the same endpoint: an idle connection that broke says nothing of it.
    pub(crate) may_reconnect: bool,
    /// Whether the answer is a stream of events, whose first bytes are the first token.
    pub(crate) streams: bool,
    /// How it ended, where that is known before the last byte.
    pub(crate) outcome: Option<Outcome>,
    /// The cause, for the counters.
    pub(crate) reason: &'static str,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An endpoint answered.
    Answered,
    /// The gateway answered by itself: there is no route, or the request is not one.
    Refused,
    /// Every endpoint that could be tried failed, or the last one broke off.
    Failed,
    /// The client went away.
    Cancelled,
}

impl Outcome {
    /// The word for the counters.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Context {
    /// A request whose header was just read.
    pub(crate) fn new(gateway: Arc<Gateway>) -> Self {
        gateway.enter();
        Self {
            gateway,
            began: Instant::now(),
            path: String::new(),
            body: Bytes::new(),
            sent: Bytes::new(),
            ticket: None,
            may_reconnect: true,
            streams: false,
            outcome: None,
            reason: "",
        }
    }

    /// The attempt under way failed. Says whether there is another one, which is then under way.
    pub(crate) fn fall_back(&mut self, reason: &'static str) -> bool {
        self.reason = reason;
        self.may_reconnect = true;
        let now = self.gateway.clock.now();
        let moved = self.ticket.as_mut().is_some_and(|ticket| ticket.fall_back(now).is_some());
        if moved {
            self.gateway.counters.fell_back(reason);
        }
        moved
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // The ticket first: who sees no request under way must see none in flight either.
        drop(self.ticket.take());
        self.gateway.leave();
    }
}
