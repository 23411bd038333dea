//! What filters, scorers and pickers may look at in one decision on one pool.

use super::endpoint::Arguments;
use super::prompt::{Held, PrefixMatch};
use crate::ids::EndpointIx;
use crate::manifest::Labels;
use crate::request::{Found, Request};
use crate::signals::EndpointCell;
use crate::state::{Members, State};
use crate::units::Nanos;

/// The arguments of the decision, seen from the pool it is about.
pub(super) struct Facts<'a> {
    pub(super) state: &'a State,
    pub(super) members: &'a Members,
    pub(super) request: &'a Request<'a>,
    held: &'a Held,
    pub(super) prompt_tokens: u32,
    /// Polled values from before this time count as missing.
    pub(super) oldest: Nanos,
}

impl<'a> Facts<'a> {
    pub(super) fn new<T>(arguments: &Arguments<'a, T>, members: &'a Members) -> Self {
        let Arguments { state, request, now, held, prompt_tokens, .. } = *arguments;
        Self { state, members, request, held, prompt_tokens, oldest: now.before(state.plan.stale_after) }
    }

    /// How much of the prompt the member at `position` probably holds; `None` where the request brings no prompt.
    #[inline]
    pub(super) fn prefix(&self, position: usize) -> Option<PrefixMatch> {
        self.held.by(position)
    }

    #[expect(dead_code, reason = "read by scorers of headers")]
    /// The only value of a header that profiles read, by its name in lower case. Several values are none: which one counts would be a guess.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        header(self.state, self.request, name)
    }

    /// The labels of the member at `position`.
    #[expect(dead_code, reason = "read by scorers of labels")]
    pub(super) fn labels(&self, position: usize) -> Option<&'a Labels> {
        Some(self.state.endpoints[self.endpoint(position)?].labels(&self.state.plan))
    }

    /// The signals of the member at `position`.
    #[inline]
    pub(super) fn cell(&self, position: usize) -> Option<&'a EndpointCell> {
        self.members.cells.get(position).map(|cell| &**cell)
    }

    /// The member at `position`.
    pub(super) fn endpoint(&self, position: usize) -> Option<EndpointIx> {
        self.members.endpoints.get(position).copied()
    }
}

/// The only value of a header that profiles read.
pub(super) fn header<'a>(state: &State, request: &'a Request<'a>, name: &str) -> Option<&'a str> {
    match request.headers.find(state.plan.scopes.header_name(name)?) {
        Found::One(value) => std::str::from_utf8(value).ok(),
        Found::Absent | Found::Several => None,
    }
}
