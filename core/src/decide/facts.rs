//! What filters, scorers and pickers may look at in one decision on one pool.

use crate::base64;
use crate::ids::{EndpointIx, PoolIx};
use crate::manifest::Labels;
use crate::plan::Session;
use crate::request::{Found, Request};
use crate::rng::name_key;
use crate::signals::{AdapterUse, EndpointCell};
use crate::state::{Members, State};
use crate::units::Nanos;

/// The arguments of the decision, seen from the pool it is about.
pub(super) struct Facts<'a> {
    pub(super) state: &'a State,
    pub(super) pool: PoolIx,
    pub(super) members: &'a Members,
    pub(super) request: &'a Request<'a>,
    pub(super) now: Nanos,
    /// Polled values from before this time count as missing.
    pub(super) oldest: Nanos,
    /// What each member holds of the prompt, by position; empty where no index was asked.
    pub(super) prefixes: &'a [PrefixMatch],
    /// The position of the member that works on the other part of the request, where that is settled.
    pub(super) peer: Option<usize>,
}

/// How much of a prompt a member holds in its prefix cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PrefixMatch {
    /// Leading blocks of the prompt that it holds.
    pub(super) matched: u32,
    /// Blocks of the prompt.
    pub(super) total: u32,
    /// Tokens of a block; 0 where that is not known.
    pub(super) block_tokens: u32,
}

impl PrefixMatch {
    /// The share of the prompt's blocks, 0..=1.
    #[inline]
    pub(super) fn share(self) -> f64 {
        if self.total == 0 { 0.0 } else { f64::from(self.matched) / f64::from(self.total) }
    }

    /// Tokens that it holds.
    #[inline]
    pub(super) fn tokens(self) -> u64 {
        u64::from(self.matched) * u64::from(self.block_tokens)
    }
}

impl<'a> Facts<'a> {
    pub(super) fn new(state: &'a State, pool: PoolIx, request: &'a Request<'a>, now: Nanos) -> Self {
        let members = &state.members[pool];
        let oldest = now.before(state.plan.stale_after);
        Self { state, pool, members, request, now, oldest, prefixes: &[], peer: None }
    }

    /// The only value of a header that profiles read. Several values are none: which one counts would be a guess. Neither is an empty one.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        header(self.state, self.request, name).filter(|value| !value.is_empty())
    }

    /// The labels of the member at `position`.
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

    /// What the member at `position` holds of the prompt; `None` where no index knows.
    #[inline]
    pub(super) fn prefix(&self, position: usize) -> Option<PrefixMatch> {
        self.prefixes.get(position).copied()
    }

    /// Tokens of the prompt that the member at `position` would have to work off.
    #[inline]
    pub(super) fn uncached_tokens(&self, position: usize) -> u64 {
        let cached = self.prefix(position).map_or(0, PrefixMatch::tokens);
        u64::from(self.request.prompt_tokens).saturating_sub(cached)
    }

    /// How the member at `position` uses the adapter with this key; `None` where it did not tell lately.
    pub(super) fn adapter(&self, position: usize, key: u64) -> Option<AdapterUse> {
        self.cell(position)?.adapter(key, self.oldest)
    }

    /// The key of the adapter that the request asks for.
    pub(super) fn adapter_key(&self) -> Option<u64> {
        self.request.model.map(name_key)
    }

    /// The position of the member that the request's session belongs to. Logarithmic in the members, linear where the host's clients choose the names.
    pub(super) fn session_owner(&self, session: &Session) -> Option<usize> {
        let named = self.header(session.header())?;
        match session {
            Session::EncodedEndpoint { .. } => self.position_of(&base64::decode(named)?),
            Session::Id { keep, .. } => {
                let sessions = &self.state.pool_cells[self.pool].sessions;
                let bound = sessions.endpoint(name_key(named.trim()), self.now, *keep)?;
                self.members.keys.iter().position(|key| *key == bound)
            }
        }
    }

    /// The position of the first member with this id; members stand in the order of their ids.
    pub(super) fn position_of(&self, id: &[u8]) -> Option<usize> {
        let id_of = |endpoint: &EndpointIx| self.state.endpoints[*endpoint].id().as_bytes();
        let position = self.members.endpoints.partition_point(|endpoint| id_of(endpoint) < id);
        self.members.endpoints.get(position).filter(|endpoint| id_of(endpoint) == id).map(|_| position)
    }
}

/// The only value of a header that profiles read.
pub(super) fn header<'a>(state: &State, request: &'a Request<'a>, name: &str) -> Option<&'a str> {
    match request.headers.find(state.plan.scopes.header_name(name)?) {
        Found::One(value) => std::str::from_utf8(value).ok(),
        Found::Absent | Found::Several => None,
    }
}
