//! One way to serve a request: a backendRef, a model and an endpoint. A decision is the first of them with those to try after it.

use crate::ids::{EndpointIx, Ix, PoolIx};
use crate::plan::{BackendName, BackendRef, Mutations, Rule};
use crate::state::State;

/// The numbers of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// Position among the rule's backendRefs.
    backend_ref: u32,
    pub(crate) pool: Option<PoolIx>,
    pub(crate) endpoint: EndpointIx,
    model: ModelChoice,
}

/// Which model to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ModelChoice {
    /// The one the client named, if any.
    Unchanged,
    /// The one the backendRef names.
    Override,
    /// Target number `position` of the pool's model number `model`.
    Target { model: u32, position: u32 },
}

impl ModelChoice {
    pub(crate) fn target(model: usize, position: usize) -> Self {
        Self::Target { model: narrow(model), position: narrow(position) }
    }
}

impl Attempt {
    pub(crate) fn new(
        backend_ref: usize,
        pool: Option<PoolIx>,
        model: ModelChoice,
        endpoint: EndpointIx,
    ) -> Self {
        Self { backend_ref: narrow(backend_ref), pool, endpoint, model }
    }

    /// The same with another endpoint.
    pub(crate) fn at(self, endpoint: EndpointIx) -> Self {
        Self { endpoint, ..self }
    }

    pub(crate) fn backend_ref_index(&self) -> usize {
        wide(self.backend_ref)
    }

    pub(crate) fn backend_ref<'p>(&self, rule: &'p Rule) -> Option<&'p BackendRef> {
        rule.backends.refs.get(self.backend_ref_index())
    }
}

/// The primary and its fallbacks, in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    list: [Attempt; Attempts::MOST + 1],
    len: usize,
}

impl Attempts {
    /// Most fallbacks of one decision. No proxy tries more often.
    pub(crate) const MOST: usize = 7;

    pub(crate) fn of(primary: Attempt) -> Self {
        Self { list: [primary; Self::MOST + 1], len: 1 }
    }

    /// Adds a fallback; `false` where no more are wanted.
    pub(crate) fn push(&mut self, fallback: Attempt) -> bool {
        if let Some(place) = self.list.get_mut(self.len) {
            *place = fallback;
            self.len += 1;
        }
        self.len < self.list.len()
    }

    pub(crate) fn primary(&self) -> &Attempt {
        let [primary, ..] = &self.list;
        primary
    }

    pub(crate) fn fallbacks(&self) -> &[Attempt] {
        self.list.get(1..self.len).unwrap_or_default()
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
        self.attempt.pool.map(|pool| self.state.plan.pools[pool].name.as_str())
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
        match self.attempt.model {
            ModelChoice::Unchanged => None,
            ModelChoice::Override => self.attempt.backend_ref(self.rule)?.model.as_deref(),
            ModelChoice::Target { model, position } => {
                let pool = &self.state.plan.pools[self.attempt.pool?];
                pool.models.get(wide(model))?.targets.names.get(wide(position)).map(|name| &**name)
            }
        }
    }

    /// What to do to the original request for this attempt.
    pub fn mutations(&self) -> Option<&'s Mutations> {
        self.attempt.backend_ref(self.rule).map(|backend| &backend.mutations)
    }
}

fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[expect(clippy::as_conversions, reason = "u32 fits usize on every platform we build for")]
fn wide(position: u32) -> usize {
    position as usize
}
