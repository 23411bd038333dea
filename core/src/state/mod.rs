//! The world at one moment: a plan, the endpoints that exist, and their signals. Built whole, swapped whole.

mod builder;
mod change;
mod columns;
mod endpoint;
mod maglev;
mod members;
mod prefix;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;

use self::builder::Builder;
pub(crate) use self::columns::{Column, LengthRange};
pub(crate) use self::endpoint::Endpoint;
pub(crate) use self::members::Members;
pub(crate) use self::prefix::{PrefixKnowledge, Seat};
use crate::ids::{BackendIx, EndpointIx, Ix, ObjectName, PoolIx, Table};
use crate::plan::Plan;
use crate::prefix::KvCounters;
use crate::replicas::Replicas;
use crate::signals::{CachedTokens, EndpointCell, PoolCell, ReportedEndpoint};

/// Everything a decision depends on beside the request, the time and the seed.
#[derive(Debug)]
pub struct State {
    pub(crate) plan: Arc<Plan>,
    version: u64,
    reported: Arc<Reported>,
    pub(crate) endpoints: Table<EndpointIx, Endpoint>,
    pub(crate) cells: Table<EndpointIx, Arc<EndpointCell>>,
    pub(crate) members: Table<PoolIx, Members>,
    pub(crate) pool_cells: Table<PoolIx, Arc<PoolCell>>,
    /// The endpoint of each AIServiceBackend that is named directly.
    pub(crate) prefix: Option<Arc<PrefixKnowledge>>,
    /// What each endpoint holds, as far as it is known.
    pub(crate) seats: Table<EndpointIx, Option<Arc<Seat>>>,
    pub(crate) backend_endpoints: Table<BackendIx, EndpointIx>,
    by_id: HashMap<Box<str>, Vec<EndpointIx>>,
    replicas: Arc<Replicas>,
}

/// An endpoint as a state has it at the moment of asking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EndpointView<'s> {
    /// The id: `namespace/name`, with `:port` for one of several ports of a reported endpoint.
    pub id: &'s str,
    /// `host:port`, where it is known.
    pub address: Option<&'s str>,
    /// Its labels.
    pub labels: &'s BTreeMap<String, String>,
    /// Whether the host reports it as ready; AIServiceBackends always are.
    pub ready: bool,
    /// Requests that this router counts there.
    pub in_flight: u32,
    /// Of these, those that other replicas told of ([`Event::ReplicaTold`](crate::Event::ReplicaTold)).
    pub of_replicas: u32,
    /// Prompt tokens sent there that no first token answers yet, without those that it probably holds.
    pub waiting_tokens: u64,
    /// How well what is known of its prefix cache held.
    pub cached_tokens: CachedTokens,
    /// How much longer the prompts of this router's requests took there than foreseen: 1 as foreseen, 2 twice as long. As of the last first token that told,
    /// what is older counting less ([half-life](crate::Scheduling::half_life)). `None` where nothing was measured: no first token of a prompt yet, prompts
    /// of others in between, or no [`Scorer::PredictedCompletion`](crate::Scorer::PredictedCompletion) that foresees anything.
    pub pace: Option<f64>,
}

type Reported = BTreeMap<ObjectName, Arc<ReportedEndpoint>>;

impl State {
    /// The state of a plan before anything has happened: its AIServiceBackends are the only endpoints.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        Builder::new(plan.into(), Arc::default(), None).build()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan to hold on to, for example for a [`Shadow`](crate::Shadow) or [`Player`](crate::Player).
    pub fn shared_plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// How many states this router has had before this one.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// All endpoints, each under the number by which [`Decision::endpoint_number`](crate::Decision::endpoint_number) means it in this state.
    pub fn endpoints(&self) -> impl ExactSizeIterator<Item = EndpointView<'_>> {
        (0..self.endpoints.len()).map(|position| self.view(EndpointIx::new(position)))
    }

    pub(crate) fn view(&self, endpoint: EndpointIx) -> EndpointView<'_> {
        let (endpoint, cell) = (&self.endpoints[endpoint], &self.cells[endpoint]);
        EndpointView {
            id: endpoint.id(),
            address: endpoint.address(),
            labels: endpoint.labels(&self.plan),
            ready: endpoint.ready,
            in_flight: cell.in_flight(),
            of_replicas: cell.of_replicas(),
            waiting_tokens: cell.waiting_tokens(),
            cached_tokens: cell.cached_tokens(),
            pace: cell.backlog().pace().latest().ratio(),
        }
    }

    /// How often something was wrong with the KV events that endpoints sent; `None` where the plan does not ask for them.
    pub fn kv_counters(&self) -> Option<KvCounters> {
        self.prefix.as_ref()?.counters()
    }

    /// The cells of all endpoints with an id: more than one where an AIServiceBackend is reached through several ports.
    fn cells_of(&self, id: &str) -> impl Iterator<Item = &EndpointCell> {
        self.by_id.get(id).into_iter().flatten().map(|endpoint| &*self.cells[*endpoint])
    }

    /// The state after a change of plan. Endpoints and pools that stay keep their signals.
    pub(crate) fn with_plan(&self, plan: Arc<Plan>) -> Self {
        Builder::new(plan, Arc::clone(&self.reported), Some(self)).build()
    }
}
