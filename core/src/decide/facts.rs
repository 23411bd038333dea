//! What filters, scorers and pickers may look at in one decision on one pool.

use super::candidates::Candidates;
use super::endpoint::Arguments;
use super::prompt::{Held, MostHeld, PrefixMatch};
use super::session;
use crate::ids::{EndpointIx, PoolIx};
use crate::manifest::Labels;
use crate::plan::Session;
use crate::request::{Found, Request};
use crate::rng::name_key;
use crate::signals::{AdapterUse, EndpointCell, PolledColumn, Row, WIDTH};
use crate::state::{Members, State};
use crate::units::Nanos;

/// The arguments of the decision, seen from the pool it is about.
pub(super) struct Facts<'a> {
    pub(super) state: &'a State,
    pub(super) pool: PoolIx,
    pub(super) members: &'a Members,
    pub(super) request: &'a Request<'a>,
    pub(super) now: Nanos,
    held: Option<&'a Held<'a>>,
    model: &'a str,
    pub(super) prompt_tokens: u32,
    /// Polled values from before this time count as missing.
    pub(super) oldest: Nanos,
    /// The position of the member that works on the other part of the request, where that is settled.
    pub(super) peer: Option<usize>,
}

impl<'a> Facts<'a> {
    pub(super) fn new<T>(arguments: &Arguments<'a, T>, pool: PoolIx) -> Self {
        let Arguments { state, request, now, held, prompt_tokens, model, peer, .. } = *arguments;
        let (members, oldest) = (&state.members[pool], now.before(state.plan.stale_after));
        Self { state, pool, members, request, now, held, model, prompt_tokens, oldest, peer }
    }

    /// Hands `put` each candidate's value, by its number, and what it told in a column: not a number where it did not tell lately.
    #[inline(always)]
    pub(super) fn polled(
        &self,
        candidates: Candidates<'_>,
        column: impl Fn(&Row) -> &PolledColumn,
        values: &mut [f64],
        mut put: impl FnMut(&mut f64, f64),
    ) {
        let panels = &self.members.panels;
        match candidates {
            Candidates::All(_) => {
                for (panel, values) in panels.iter().zip(values.chunks_mut(WIDTH)) {
                    let row = panel.row();
                    let told = column(&row);
                    if row.is_since(self.oldest) {
                        values.iter_mut().zip(told).for_each(|(value, told)| put(value, *told));
                        continue;
                    }
                    for (place, (value, told)) in values.iter_mut().zip(told).enumerate() {
                        put(value, if row.is_place_since(place, self.oldest) { *told } else { f64::NAN });
                    }
                }
            }
            _ => {
                let mut shown = None;
                let mut told = |position: usize| {
                    let (number, place) = (position / WIDTH, position % WIDTH);
                    if shown.as_ref().is_none_or(|(at, _)| *at != number) {
                        shown = Some((number, panels.get(number)?.row()));
                    }
                    let (_, row) = shown.as_ref()?;
                    let told = column(row).get(place).copied();
                    told.filter(|_| row.is_place_since(place, self.oldest))
                };
                let mut values = values.iter_mut();
                candidates.for_each(|position| {
                    if let Some(value) = values.next() {
                        put(value, told(position).unwrap_or(f64::NAN));
                    }
                });
            }
        }
    }

    /// How much of the prompt the member at `position` probably holds; `None` where the request brings no prompt.
    #[inline]
    pub(super) fn prefix(&self, position: usize) -> Option<PrefixMatch> {
        self.held?.by(position)
    }

    /// How many blocks of the prompt each member holds, and what a member holds that holds all of it; `None` where the request brings no prompt.
    #[inline]
    pub(super) fn prefixes(&self) -> Option<(&'a [u32], PrefixMatch)> {
        self.held?.all()
    }

    /// The positions of the members that hold anything of the prompt.
    #[inline]
    pub(super) fn holders(&self) -> &'a [u16] {
        self.held.map_or(&[], Held::holders)
    }

    /// The most that any candidate holds of the prompt.
    #[inline]
    pub(super) fn most_held(&self, candidates: Candidates<'_>) -> MostHeld {
        let most = |held: &Held<'_>| held.most(self.prompt_tokens, |position| candidates.contains(position));
        self.held.map(most).unwrap_or_default()
    }

    /// Whether no candidate holds anything of the prompt.
    pub(super) fn is_cold(&self, candidates: Candidates<'_>) -> bool {
        !self.holders().iter().any(|position| candidates.contains(usize::from(*position)))
    }

    /// The only value of a header that profiles read. Several values are none: which one counts would be a guess. Neither is an empty one.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        header(self.state, self.request, name).filter(|value| !value.is_empty())
    }

    /// The same, whatever bytes it is made of.
    #[inline]
    pub(super) fn header_bytes(&self, name: &str) -> Option<&'a [u8]> {
        value(self.state, self.request, name).filter(|value| !value.is_empty())
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

    /// Tokens of the prompt that the member at `position` probably holds.
    #[inline]
    pub(super) fn cached_tokens(&self, position: usize) -> u32 {
        self.prefix(position).map_or(0, PrefixMatch::tokens)
    }

    /// Tokens of the prompt that the member at `position` would have to work off.
    #[inline]
    pub(super) fn uncached_tokens(&self, position: usize) -> u32 {
        self.prompt_tokens.saturating_sub(self.cached_tokens(position))
    }

    /// How the member at `position` uses the adapter with this key; `None` where it did not tell lately.
    pub(super) fn adapter(&self, position: usize, key: u64) -> Option<AdapterUse> {
        self.cell(position)?.adapter(key, self.oldest)
    }

    /// The model that the endpoint will be asked for; empty where there is none.
    pub(super) fn model(&self) -> &'a str {
        self.model
    }

    /// The key of the adapter that the request asks for.
    pub(super) fn adapter_key(&self) -> Option<u64> {
        Some(self.model).filter(|model| !model.is_empty()).map(name_key)
    }

    /// The position of the member that the request's session belongs to.
    pub(super) fn session_owner(&self, session: &Session) -> Option<usize> {
        session::owner(session, self.state, self.pool, self.request, self.now)
    }
}

/// The only value of a header that profiles read.
pub(super) fn header<'a>(state: &State, request: &'a Request<'a>, name: &str) -> Option<&'a str> {
    std::str::from_utf8(value(state, request, name)?).ok()
}

/// The same, whatever bytes it is made of.
#[inline]
fn value<'a>(state: &State, request: &'a Request<'a>, name: &str) -> Option<&'a [u8]> {
    match request.headers.find(state.plan.scopes.header_name(name)?) {
        Found::One(value) => Some(value),
        Found::Absent | Found::Several => None,
    }
}
