//! The world at one moment: a plan, the endpoints that exist, and their signals. Built whole, swapped whole.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;

use crate::ids::{BackendIx, EndpointIx, Ix, ObjectName, PoolIx, Table};
use crate::manifest::has_labels;
use crate::plan::{Plan, Pool};
use crate::signals::{EndpointCell, Event, EventError, PoolCell, ReportedEndpoint, address_with_port, check};

/// Everything a decision depends on beside the request, the time and the seed.
#[derive(Debug)]
pub struct State {
    pub(crate) plan: Arc<Plan>,
    version: u64,
    reported: Arc<Reported>,
    pub(crate) endpoints: Table<EndpointIx, Endpoint>,
    /// Beside `endpoints`, so that a walk over the signals of a pool touches nothing else.
    pub(crate) cells: Table<EndpointIx, Arc<EndpointCell>>,
    pub(crate) members: Table<PoolIx, Members>,
    pub(crate) pool_cells: Table<PoolIx, Arc<PoolCell>>,
    /// The endpoint of each AIServiceBackend that is named directly.
    pub(crate) backend_endpoints: Table<BackendIx, EndpointIx>,
    by_id: HashMap<Box<str>, Vec<EndpointIx>>,
}

/// An endpoint as a state has it at the moment of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EndpointView<'s> {
    /// The id: `namespace/name`, with `:port` for one of several ports of a reported endpoint.
    pub id: &'s str,
    /// `host:port`, where it is known.
    pub address: Option<&'s str>,
    /// Whether the host reports it as ready; AIServiceBackends always are.
    pub ready: bool,
    /// Requests that this router counts there.
    pub in_flight: u32,
}

type Reported = BTreeMap<ObjectName, ReportedEndpoint>;

/// One address that serves.
#[derive(Debug)]
pub(crate) struct Endpoint {
    key: Key,
    pub(crate) ready: bool,
}

/// What makes two endpoints of two states the same one, whose signals go on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    id: Box<str>,
    address: Option<Box<str>>,
    is_backend: bool,
}

/// The endpoints of a pool.
#[derive(Debug)]
pub(crate) struct Members {
    /// By id, then address.
    pub(crate) endpoints: Box<[EndpointIx]>,
    /// One bit a member, whether it is ready; the bits after the last member are 0.
    pub(crate) ready: Box<[u64]>,
    pub(crate) ready_count: usize,
}

impl Endpoint {
    pub(crate) fn id(&self) -> &str {
        &self.key.id
    }

    pub(crate) fn address(&self) -> Option<&str> {
        self.key.address.as_deref()
    }
}

impl State {
    /// The state of a plan before anything has happened: its AIServiceBackends are the only endpoints.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        Builder::new(plan.into(), Arc::default(), None).build()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many states this router has had before this one.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// All endpoints, each under the number by which [`Decision::endpoint_number`](crate::Decision::endpoint_number) means it in this state.
    pub fn endpoints(&self) -> impl ExactSizeIterator<Item = EndpointView<'_>> {
        self.endpoints.iter().zip(self.cells.iter()).map(|(endpoint, cell)| EndpointView {
            id: endpoint.id(),
            address: endpoint.address(),
            ready: endpoint.ready,
            in_flight: cell.in_flight(),
        })
    }

    /// The cells of all endpoints with an id: more than one where an AIServiceBackend is reached through several ports.
    fn cells_of(&self, id: &str) -> impl Iterator<Item = &EndpointCell> {
        self.by_id.get(id).into_iter().flatten().map(|endpoint| &*self.cells[*endpoint])
    }

    /// The state after a change of plan. Endpoints and pools that stay keep their signals.
    pub(crate) fn with_plan(&self, plan: Arc<Plan>) -> Self {
        Builder::new(plan, Arc::clone(&self.reported), Some(self)).build()
    }

    /// The state after an event that changes which endpoints exist, `None` where the event only moved a signal.
    pub(crate) fn after(&self, event: &Event) -> Result<Option<Self>, EventError> {
        let default = &self.plan.default_namespace;
        let name = |endpoint: &ReportedEndpoint| {
            ObjectName::new(endpoint.namespace.as_deref().unwrap_or(default), &endpoint.name)
        };
        let mut reported;
        match event {
            Event::EndpointReported { endpoint } => {
                check(endpoint)?;
                reported = (*self.reported).clone();
                reported.insert(name(endpoint), endpoint.clone());
            }
            Event::EndpointGone { namespace, name } => {
                reported = (*self.reported).clone();
                reported.remove(&ObjectName::new(namespace.as_deref().unwrap_or(default), name));
            }
            Event::EndpointsReplaced { endpoints } => {
                endpoints.iter().try_for_each(check)?;
                reported = endpoints.iter().map(|endpoint| (name(endpoint), endpoint.clone())).collect();
            }
            Event::RequestStarted { endpoint } => {
                if !self.by_id.contains_key(endpoint.as_str()) {
                    return Err(EventError::UnknownEndpoint { endpoint: endpoint.clone() });
                }
                self.cells_of(endpoint).for_each(EndpointCell::start);
                return Ok(None);
            }
            Event::InFlightCounted { endpoint, count } => {
                self.cells_of(endpoint).for_each(|cell| cell.set(*count));
                return Ok(None);
            }
            Event::RequestFinished { endpoint } => {
                self.cells_of(endpoint).for_each(EndpointCell::finish);
                return Ok(None);
            }
        }
        Ok(Some(Builder::new(Arc::clone(&self.plan), Arc::new(reported), Some(self)).build()))
    }
}

/// A state in the making.
struct Builder<'a> {
    plan: Arc<Plan>,
    reported: Arc<Reported>,
    previous: Option<&'a State>,
    known: HashMap<&'a Key, &'a Arc<EndpointCell>>,
    numbers: HashMap<Key, EndpointIx>,
    endpoints: Vec<Endpoint>,
    cells: Vec<Arc<EndpointCell>>,
}

impl<'a> Builder<'a> {
    fn new(plan: Arc<Plan>, reported: Arc<Reported>, previous: Option<&'a State>) -> Self {
        let known = previous
            .into_iter()
            .flat_map(|state| state.endpoints.iter().map(|e| &e.key).zip(state.cells.iter()));
        Self {
            plan,
            reported,
            previous,
            known: known.collect(),
            numbers: HashMap::new(),
            endpoints: Vec::new(),
            cells: Vec::new(),
        }
    }

    fn build(mut self) -> State {
        let plan = Arc::clone(&self.plan);
        let backend_endpoints =
            plan.backends.iter().map(|backend| self.backend(backend, backend.port)).collect();
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
            members,
            pool_cells,
            backend_endpoints,
            by_id,
        }
    }

    /// The endpoint that an AIServiceBackend is, reached through `port`.
    fn backend(&mut self, backend: &crate::plan::Backend, port: Option<u16>) -> EndpointIx {
        let key = Key { id: backend.name.as_str().into(), address: backend.address(port), is_backend: true };
        self.number(key, true)
    }

    fn members(&mut self, pool: &Pool) -> Members {
        let plan = Arc::clone(&self.plan);
        let reported = Arc::clone(&self.reported);
        let mut members: Vec<EndpointIx> = pool
            .backends
            .iter()
            .map(|ix| self.backend(&plan.backends[*ix], pool.ports.first().copied()))
            .collect();
        let selected = reported.iter().filter(|(name, endpoint)| {
            name.namespace() == pool.name.namespace() && has_labels(&endpoint.labels, &pool.selector)
        });
        for (name, endpoint) in selected {
            for (id, address) in ranks(name, endpoint, &pool.ports) {
                let key = Key { id: id.into(), address: address.map(Into::into), is_backend: false };
                members.push(self.number(key, endpoint.ready));
            }
        }
        let key = |ix: &EndpointIx| self.endpoints.get(ix.position()).map(|endpoint| &endpoint.key);
        members.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut ready = vec![0u64; members.len().div_ceil(64)];
        for (position, ix) in members.iter().enumerate() {
            let is_ready = self.endpoints.get(ix.position()).is_some_and(|endpoint| endpoint.ready);
            if let Some(word) = ready.get_mut(position / 64) {
                *word |= u64::from(is_ready) << (position % 64);
            }
        }
        let ready_count =
            ready.iter().map(|word| word.count_ones()).sum::<u32>().try_into().unwrap_or(usize::MAX);
        Members { endpoints: members.into(), ready: ready.into(), ready_count }
    }

    /// The number of the endpoint with this key, which is made if need be, with the cell it had before.
    fn number(&mut self, key: Key, ready: bool) -> EndpointIx {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = EndpointIx::new(self.endpoints.len());
        self.cells.push(self.known.get(&key).map(|cell| Arc::clone(cell)).unwrap_or_default());
        self.endpoints.push(Endpoint { key: key.clone(), ready });
        self.numbers.insert(key, number);
        number
    }
}

/// The endpoints that a reported one stands for in a pool with these ports: itself where its address has a port, else one a port
/// (data-parallel ranks; Inference Extension v1.1, targetPorts).
fn ranks(name: &ObjectName, endpoint: &ReportedEndpoint, ports: &[u16]) -> Vec<(String, Option<String>)> {
    let Some(address) = &endpoint.address else { return vec![(name.to_string(), None)] };
    let with_ports: Vec<_> =
        ports.iter().filter_map(|port| Some((port, address_with_port(address, *port)?))).collect();
    match with_ports.as_slice() {
        [] => vec![(name.to_string(), Some(address.clone()))],
        [(_, address)] => vec![(name.to_string(), Some(address.clone()))],
        several => {
            several.iter().map(|(port, address)| (format!("{name}:{port}"), Some(address.clone()))).collect()
        }
    }
}
