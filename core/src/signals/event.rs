//! What happens to endpoints, told to the router. Events are the only way in which its state changes.

use serde::{Deserialize, Serialize};

use super::endpoint_id::is_address;
use super::finite::Finite;
use super::metrics::LoadReport;
use super::reported::ReportedEndpoint;
use crate::prefix::Tier;
use crate::replicas::ReplicaRequest;
use crate::units::Nanos;

/// Something that happened. Events serialise, so hosts can send them to each other and keep them for replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Event {
    /// An endpoint appeared, or one already known changed. A change of address starts its counts anew.
    EndpointReported {
        /// The endpoint as it is now.
        endpoint: ReportedEndpoint,
    },
    /// An endpoint is gone. Unknown ones are passed over.
    EndpointGone {
        /// The namespace it was reported in; absent: the plan's default.
        #[serde(default)]
        namespace: Option<String>,
        /// The name it was reported under.
        name: String,
    },
    /// These are all reported endpoints; any other is gone.
    EndpointsReplaced {
        /// The endpoints as they are now.
        endpoints: Vec<ReportedEndpoint>,
    },
    /// A request was sent to an endpoint. [`Router::route`](crate::Router::route) tells this by itself.
    RequestStarted {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Tokens of its prompt that the endpoint has to work on, where the host knows.
        #[serde(default)]
        prompt_tokens: u32,
    },
    /// The first token of a request's answer came. [`Ticket::first_token`](crate::Ticket::first_token) tells this by itself.
    FirstToken {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// The same as when the request was started.
        #[serde(default)]
        prompt_tokens: u32,
    },
    /// The endpoint told of its load. Unknown endpoints are passed over.
    LoadPolled {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// What it said.
        load: Box<LoadReport>,
    },
    /// The endpoint's engine stored blocks of prompts in its cache, each the next of the one before it. Counts where the plan asks for
    /// [KV events](crate::Scheduling::kv_events); unknown endpoints are passed over.
    BlocksStored {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Its place in the endpoint's stream: one more than that of the event before. After a gap nothing is believed of the endpoint until
        /// `cache_cleared` or `cache_started`.
        sequence: u64,
        /// Hashes of the blocks, the same that prompts are hashed to; with `tokens`, the engine's own names for them.
        hashes: Vec<u64>,
        /// The block before the first one; absent: the first one begins a prompt.
        #[serde(default)]
        parent: Option<u64>,
        /// Where they are.
        #[serde(default)]
        tier: Tier,
        /// The tokens of the blocks, one block after the other, where the engine hashes by other rules than the plan.
        #[serde(default)]
        tokens: Option<Vec<u32>>,
        /// The model of the tokens, as decisions name it.
        #[serde(default)]
        model: String,
        /// The tenant of the tokens.
        #[serde(default)]
        tenant: String,
    },
    /// Blocks left a tier of the endpoint's cache.
    BlocksRemoved {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Its place in the endpoint's stream.
        sequence: u64,
        /// The same numbers as when they were stored.
        hashes: Vec<u64>,
        /// Which tier.
        #[serde(default)]
        tier: Tier,
    },
    /// The endpoint's cache is empty.
    CacheCleared {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Its place in the endpoint's stream.
        sequence: u64,
    },
    /// The endpoint's engine, or its stream of events, started anew with this number: the cache is taken to be empty.
    CacheStarted {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Its place in the new stream.
        sequence: u64,
    },
    /// A named number of an endpoint, for `endpoint-attribute-scorer` and `-filter`. It goes stale as polled load does; unknown endpoints are passed over.
    AttributeReported {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// The name; an endpoint has at most 16.
        attribute: String,
        /// The number.
        value: Finite,
    },
    /// How a request to an endpoint went. [`Ticket`](crate::Ticket)s tell this by themselves; hosts that count by events tell it beside
    /// `request_finished`. A cancelled request says nothing. Unknown endpoints are passed over.
    RequestMeasured {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Whether it failed.
        #[serde(default)]
        failed: bool,
        /// How long the first token of its answer took, where one came.
        #[serde(default, rename = "ttft_ns")]
        ttft: Option<Nanos>,
    },
    /// Another replica of the host told of its requests. They count at their endpoints as this router's own do, in flight and with their prompts, until they
    /// are over, the replica is gone, or nothing was heard of it for its lease. The same may be told twice, late and in any order.
    ReplicaTold {
        /// The replica: a name that no other process has, nor the same one after a restart.
        replica: String,
        /// What it told of, at most 65,536 in flight at once. Endpoints that are not known are passed over until they are told of again.
        requests: Vec<ReplicaRequest>,
        /// Where these are all that are in flight of its requests up to this number. Told now and then it mends what got lost on the way, and keeps what has
        /// to be remembered of ended requests small.
        #[serde(default)]
        complete_to: Option<u64>,
        /// How long its requests count after this if nothing more is heard of it. Absent: 10 s.
        #[serde(default = "ten_seconds", rename = "lease_ns")]
        lease: Nanos,
    },
    /// Another replica came to its end, and its requests with it. Unknown ones are passed over.
    ReplicaGone {
        /// Its name.
        replica: String,
    },
    /// Time has passed: requests whose lease has lapsed no longer count. [`Options::lease`](crate::Options::lease) says when that is; polling the load
    /// of an endpoint does the same for that endpoint.
    LeasesLapsed,
    /// The host counted by itself: this many requests are in flight at an endpoint now. Replaces the router's own count; unknown endpoints are
    /// passed over.
    InFlightCounted {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
        /// Requests in flight.
        count: u32,
    },
    /// A request to an endpoint came to its end, whichever. An endpoint that is gone is passed over, a count of 0 stays 0.
    RequestFinished {
        /// Id of the endpoint, as the decision named it.
        endpoint: String,
    },
}

fn ten_seconds() -> Nanos {
    Nanos::new(10_000_000_000)
}

/// Why an event was refused. The state is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The text after `address` is no address.
    #[error("`{address}` of endpoint `{endpoint}` is not an IP address with or without a port")]
    BadAddress {
        /// The endpoint's name.
        endpoint: String,
        /// What stood there.
        address: String,
    },
    /// An endpoint was reported without a name.
    #[error("an endpoint needs a name")]
    NoName,
    /// An attribute more than an endpoint may have.
    #[error("endpoint `{endpoint}` has 16 attributes already; `{attribute}` is one too many")]
    TooManyAttributes {
        /// The id that was given.
        endpoint: String,
        /// The attribute's name.
        attribute: String,
    },
    /// More replicas than are kept.
    #[error("1,024 replicas are known already; `{replica}` is one too many")]
    TooManyReplicas {
        /// The replica that was given.
        replica: String,
    },
    /// More requests of a replica than are kept.
    #[error("replica `{replica}` told of more than 65,536 requests in flight")]
    TooManyOfReplica {
        /// The replica that was given.
        replica: String,
    },
    /// A request was started on an endpoint that is not known.
    #[error("endpoint `{endpoint}` is not known; report it before requests are counted on it")]
    UnknownEndpoint {
        /// The id that was given.
        endpoint: String,
    },
}

impl EventError {
    /// The stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadAddress { .. } => "EV0001",
            Self::NoName => "EV0002",
            Self::UnknownEndpoint { .. } => "EV0003",
            Self::TooManyAttributes { .. } => "EV0005",
            Self::TooManyReplicas { .. } => "EV0006",
            Self::TooManyOfReplica { .. } => "EV0007",
        }
    }
}

/// Refuses an endpoint that could not be used.
pub(crate) fn check(endpoint: &ReportedEndpoint) -> Result<(), EventError> {
    if endpoint.name.is_empty() {
        return Err(EventError::NoName);
    }
    match &endpoint.address {
        Some(address) if !is_address(address) => {
            Err(EventError::BadAddress { endpoint: endpoint.name.clone(), address: address.clone() })
        }
        _ => Ok(()),
    }
}
