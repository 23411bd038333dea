//! A state in the making.

use std::collections::HashMap;
use std::sync::Arc;

use super::endpoint::{Endpoint, Key, Source};
use super::prefix::{PrefixKnowledge, Seat};
use super::{Members, Reported, State};
use crate::ids::{BackendIx, EndpointIx, Ix, ObjectName};
use crate::plan::{Plan, Pool};
use crate::signals::{EndpointCell, PoolCell};

/// Numbers endpoints as they are named, with the signals they had before.
pub(super) struct Builder<'a> {
    pub(super) plan: Arc<Plan>,
    pub(super) reported: Arc<Reported>,
    previous: Option<&'a State>,
    known: HashMap<&'a Key, Known<'a>>,
    pools: HashMap<&'a ObjectName, &'a Members>,
    prefix: Option<Arc<PrefixKnowledge>>,
    numbers: HashMap<Key, EndpointIx>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) cells: Vec<Arc<EndpointCell>>,
    pub(super) seats: Vec<Option<Arc<Seat>>>,
}

/// What an endpoint of the state before keeps.
#[derive(Clone, Copy)]
struct Known<'a> {
    cell: &'a Arc<EndpointCell>,
    seat: Option<&'a Arc<Seat>>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(plan: Arc<Plan>, reported: Arc<Reported>, previous: Option<&'a State>) -> Self {
        let known = previous.into_iter().flat_map(|state| {
            let kept = state.cells.iter().zip(state.seats.iter());
            let kept = kept.map(|(cell, seat)| Known { cell, seat: seat.as_ref() });
            state.endpoints.iter().map(|endpoint| &endpoint.key).zip(kept)
        });
        let pools = previous
            .into_iter()
            .flat_map(|state| state.plan.pools.iter().map(|pool| &pool.name).zip(state.members.iter()));
        let kept = previous.and_then(|state| state.prefix.as_ref());
        let prefix = PrefixKnowledge::of(plan.prefix.as_ref(), kept);
        Self {
            prefix,
            plan,
            reported,
            previous,
            known: known.collect(),
            pools: pools.collect(),
            numbers: HashMap::new(),
            endpoints: Vec::new(),
            cells: Vec::new(),
            seats: Vec::new(),
        }
    }

    /// The members that a pool of the same name had before.
    pub(super) fn members_before(&self, pool: &Pool) -> Option<&'a Members> {
        self.pools.get(&pool.name).copied()
    }

    pub(super) fn build(mut self) -> State {
        let plan = Arc::clone(&self.plan);
        let backend_endpoints = (0..plan.backends.len())
            .map(BackendIx::new)
            .map(|ix| self.backend(ix, plan.backends[ix].port))
            .collect();
        let members = plan.pools.iter().map(|pool| self.members(pool)).collect();
        let kept: HashMap<&ObjectName, &Arc<PoolCell>> = self
            .previous
            .into_iter()
            .flat_map(|state| state.plan.pools.iter().map(|pool| &pool.name).zip(state.pool_cells.iter()))
            .collect();
        let cell = |pool: &Pool| kept.get(&pool.name).map(|cell| Arc::clone(cell)).unwrap_or_default();
        let pool_cells = plan.pools.iter().map(cell).collect();
        let mut by_id: HashMap<Box<str>, Vec<EndpointIx>> = HashMap::new();
        for (position, endpoint) in self.endpoints.iter().enumerate() {
            by_id.entry(endpoint.key.id.clone()).or_default().push(EndpointIx::new(position));
        }
        State {
            version: self.previous.map_or(0, |state| state.version + 1),
            plan: self.plan,
            reported: self.reported,
            endpoints: self.endpoints.into_iter().collect(),
            cells: self.cells.into_iter().collect(),
            prefix: self.prefix,
            seats: self.seats.into_iter().collect(),
            members,
            pool_cells,
            backend_endpoints,
            by_id,
            replicas: self.previous.map(|state| Arc::clone(&state.replicas)).unwrap_or_default(),
        }
    }

    /// The endpoint that an AIServiceBackend is, reached through `port`.
    pub(super) fn backend(&mut self, ix: BackendIx, port: Option<u16>) -> EndpointIx {
        let backend = &self.plan.backends[ix];
        let key = Key { id: backend.name.as_str().into(), address: backend.address(port), is_backend: true };
        self.number(key, true, || Source::Backend(ix))
    }

    /// The number of the endpoint with this key, which is made if need be, with the cell it had before.
    pub(super) fn number(&mut self, key: Key, ready: bool, source: impl FnOnce() -> Source) -> EndpointIx {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = EndpointIx::new(self.endpoints.len());
        let known = self.known.get(&key).copied();
        self.cells.push(known.map(|known| Arc::clone(known.cell)).unwrap_or_default());
        self.seats.push(self.prefix.as_ref().and_then(|prefix| {
            let kept = known.and_then(|known| known.seat).filter(|seat| seat.is_of(prefix));
            kept.map_or_else(|| prefix.seat(), |seat| Some(Arc::clone(seat)))
        }));
        self.endpoints.push(Endpoint { key: key.clone(), ready, source: source() });
        self.numbers.insert(key, number);
        number
    }
}
