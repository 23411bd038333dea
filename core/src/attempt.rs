//! One way to serve a request: a backendRef, a model and an endpoint. A decision is the first of them with those to try after it.

use std::borrow::Cow;

use crate::convert::number;
use crate::ids::{EndpointIx, Ix, PoolIx};
use crate::plan::{BackendName, BackendRef, Mutations, Pool, Rule, Target};
use crate::request::Request;
use crate::state::State;

/// The numbers of an attempt: 16 bytes, because a decision carries eight of them by value and writes them out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) endpoint: EndpointIx,
    target: TargetModel,
    /// Position among the rule's backendRefs, which also tells the pool and the model it overrides the client's with.
    backend_ref: u16,
}

/// A target of a model of the attempt's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TargetModel {
    model: u32,
    position: u16,
}

impl TargetModel {
    /// The pool asks for no other model than the client.
    pub(crate) const NONE: Self = Self { model: u32::MAX, position: u16::MAX };

    /// Target number `position` of the pool's model number `model`.
    pub(crate) fn new(model: usize, position: usize) -> Self {
        // INVARIANT: manifests are limited to fewer values than either number holds but for a list of 65,535 targets, whose end is never drawn.
        Self { model: number(model), position: narrow(position) }
    }

    pub(crate) fn name(self, pool: &Pool) -> Option<&str> {
        let (model, position) = (usize::try_from(self.model).ok()?, usize::from(self.position));
        pool.models.get(model)?.targets.names.get(position).map(|name| &**name)
    }
}

impl Attempt {
    /// Stands where no attempt is.
    const NOWHERE: Self =
        Self { endpoint: EndpointIx::FIRST, target: TargetModel::NONE, backend_ref: u16::MAX };

    pub(crate) fn new(backend_ref: usize, target: TargetModel, endpoint: EndpointIx) -> Self {
        Self { endpoint, target, backend_ref: narrow(backend_ref) }
    }

    pub(crate) fn backend_ref_index(&self) -> usize {
        usize::from(self.backend_ref)
    }

    pub(crate) fn backend_ref<'p>(&self, rule: &'p Rule) -> Option<&'p BackendRef> {
        rule.backends.refs.get(self.backend_ref_index())
    }

    /// Whether it asks the same pool for the same model.
    pub(crate) fn asks_as(&self, other: &Self) -> bool {
        (self.backend_ref, self.target) == (other.backend_ref, other.target)
    }

    /// The pool of the attempt's backendRef.
    pub(crate) fn pool(&self, rule: &Rule) -> Option<PoolIx> {
        match self.backend_ref(rule)?.target {
            Target::Pool(pool) => Some(pool),
            _ => None,
        }
    }
}

/// The primary and its fallbacks, in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    list: [Attempt; Attempts::MOST + 1],
    len: u8,
}

impl Attempts {
    /// Most fallbacks of one decision. No proxy tries more often.
    pub(crate) const MOST: usize = 7;

    /// None yet.
    pub(crate) fn none() -> Self {
        Self { list: [Attempt::NOWHERE; Self::MOST + 1], len: 0 }
    }

    /// Adds an attempt, the primary first, unless there are enough.
    pub(crate) fn push(&mut self, attempt: Attempt) {
        if let Some(place) = self.list.get_mut(usize::from(self.len)) {
            *place = attempt;
            self.len += 1;
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        usize::from(self.len) >= self.list.len()
    }

    pub(crate) fn primary(&self) -> &Attempt {
        let [primary, ..] = &self.list;
        primary
    }

    pub(crate) fn fallbacks(&self) -> &[Attempt] {
        self.list.get(1..usize::from(self.len)).unwrap_or_default()
    }
}

impl PartialEq for Attempts {
    fn eq(&self, other: &Self) -> bool {
        (self.primary(), self.fallbacks()) == (other.primary(), other.fallbacks())
    }
}

impl Eq for Attempts {}

/// An attempt with its names.
#[derive(Clone, Copy, Debug)]
pub struct AttemptView<'s> {
    pub(crate) state: &'s State,
    pub(crate) rule: &'s Rule,
    /// The match that holds, among the rule's.
    pub(crate) match_index: usize,
    pub(crate) attempt: &'s Attempt,
}

impl<'s> AttemptView<'s> {
    /// The position of the backendRef among the rule's.
    pub fn backend_ref_index(&self) -> usize {
        self.attempt.backend_ref_index()
    }

    /// The endpoint's number among [`State::endpoints`] of the state that was decided on.
    pub fn endpoint_number(&self) -> usize {
        self.attempt.endpoint.position()
    }

    /// The backendRef.
    pub fn backend(&self) -> BackendName<'s> {
        match self.attempt.backend_ref(self.rule) {
            Some(backend) => backend.as_name(),
            None => BackendName { kind: "", namespace: "", name: "" },
        }
    }

    /// The pool the endpoint was picked from, as `namespace/name`; `None` where the backendRef names a backend itself.
    pub fn pool(&self) -> Option<&'s str> {
        self.attempt.pool(self.rule).map(|pool| self.state.plan.pools[pool].name.as_str())
    }

    /// The id of the endpoint.
    pub fn endpoint(&self) -> &'s str {
        self.state.endpoints[self.attempt.endpoint].id()
    }

    /// `host:port` of the endpoint, where it is known.
    pub fn address(&self) -> Option<&'s str> {
        self.state.endpoints[self.attempt.endpoint].address()
    }

    /// The model to write into the request; `None`: leave what the client wrote.
    pub fn model_override(&self) -> Option<&'s str> {
        match self.attempt.pool(self.rule) {
            Some(pool) => self.attempt.target.name(&self.state.plan.pools[pool]),
            None => self.attempt.backend_ref(self.rule)?.model.as_deref(),
        }
    }

    /// What to do to the original request for this attempt.
    pub fn mutations(&self) -> Option<&'s Mutations> {
        self.attempt.backend_ref(self.rule).map(|backend| &backend.mutations)
    }

    /// The path, with its query, to ask the endpoint for. `request` is the one that was decided on. Allocates only where the path changes.
    pub fn path<'r>(&self, request: &Request<'r>) -> Cow<'r, str> {
        let prefix = self.rule.prefixes.get(self.match_index).map_or("", |prefix| prefix);
        match self.mutations().and_then(|mutations| mutations.path.as_ref()) {
            Some(change) => change.apply(request.path, prefix).into(),
            None => request.path.into(),
        }
    }
}

fn narrow(position: usize) -> u16 {
    u16::try_from(position).unwrap_or(u16::MAX)
}
