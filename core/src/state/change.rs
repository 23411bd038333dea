//! What an event does to a state.

use std::sync::Arc;

use super::State;
use super::builder::Builder;
use crate::ids::ObjectName;
use crate::prefix::{BlockHashes, KvChange, Prompt, Scope};
use crate::replicas::{Arrival, ReplicaRequest};
use crate::signals::{Event, EventError, ReportedEndpoint, Terms, Work, attribute_key, check};
use crate::units::Nanos;

impl State {
    /// The state after an event that changes which endpoints exist, `None` where the event only moved a signal.
    pub(crate) fn after(&self, event: &Event, now: Nanos) -> Result<Option<Self>, EventError> {
        let default = &self.plan.default_namespace;
        let name = |endpoint: &ReportedEndpoint| {
            ObjectName::new(endpoint.namespace.as_deref().unwrap_or(default), &endpoint.name)
        };
        let mut reported;
        match event {
            Event::EndpointReported { endpoint } => {
                check(endpoint)?;
                reported = (*self.reported).clone();
                reported.insert(name(endpoint), Arc::new(endpoint.clone()));
            }
            Event::EndpointGone { namespace, name } => {
                reported = (*self.reported).clone();
                reported.remove(&ObjectName::new(namespace.as_deref().unwrap_or(default), name));
            }
            Event::EndpointsReplaced { endpoints } => {
                endpoints.iter().try_for_each(check)?;
                reported =
                    endpoints.iter().map(|endpoint| (name(endpoint), Arc::new(endpoint.clone()))).collect();
            }
            signal => {
                self.move_signals(signal, now)?;
                return Ok(None);
            }
        }
        Ok(Some(Builder::new(Arc::clone(&self.plan), Arc::new(reported), Some(self)).build()))
    }

    /// Moves the signals that an event is about.
    fn move_signals(&self, event: &Event, now: Nanos) -> Result<(), EventError> {
        let leases = self.plan.leases;
        // Hosts that count by events tell every end, so nothing lapses.
        let forever = Terms::new(None).lease(now);
        match event {
            Event::RequestStarted { endpoint, prompt_tokens } => {
                if !self.by_id.contains_key(endpoint.as_str()) {
                    return Err(EventError::UnknownEndpoint { endpoint: endpoint.clone() });
                }
                let work = Work::new(*prompt_tokens, 0);
                self.cells_of(endpoint).for_each(|cell| {
                    cell.start(work, now, forever);
                });
            }
            Event::FirstToken { endpoint, prompt_tokens } => {
                let work = Work::new(*prompt_tokens, 0);
                self.cells_of(endpoint).for_each(|cell| {
                    cell.first_token(work, None, now, forever);
                });
            }
            Event::RequestFinished { endpoint } => {
                self.cells_of(endpoint).for_each(|cell| cell.finish(now, forever));
            }
            Event::InFlightCounted { endpoint, count } => {
                self.cells_of(endpoint).for_each(|cell| cell.set_in_flight(*count));
            }
            Event::LoadPolled { endpoint, load } => {
                self.replicas.lapse(now);
                self.cells_of(endpoint).for_each(|cell| {
                    cell.lapse(leases, now);
                    cell.set_load(load, now);
                });
            }
            Event::ReplicaTold { replica, requests, complete_to, lease } => {
                let (complete_to, lease) = (*complete_to, *lease);
                self.replica_told(&Arrival { replica, requests, complete_to, lease, now })?;
            }
            Event::ReplicaGone { replica } => self.replicas.gone(replica, now),
            Event::BlocksStored { endpoint, sequence, hashes, parent, tier, tokens, model, tenant } => {
                let (parent, tier) = (*parent, *tier);
                let scope = &Scope::new(model).tenant(tenant);
                let change = match tokens {
                    None => KvChange::Stored { hashes, parent, tier },
                    Some(tokens) => KvChange::StoredTokens { names: hashes, tokens, parent, tier, scope },
                };
                self.told(endpoint, *sequence, change);
            }
            Event::BlocksRemoved { endpoint, sequence, hashes, tier } => {
                self.told(endpoint, *sequence, KvChange::Removed { hashes, tier: *tier });
            }
            Event::CacheCleared { endpoint, sequence } => self.told(endpoint, *sequence, KvChange::Cleared),
            Event::CacheStarted { endpoint, sequence } => self.told(endpoint, *sequence, KvChange::Started),
            Event::AttributeReported { endpoint, attribute, value } => {
                let key = attribute_key(attribute);
                if !self.cells_of(endpoint).all(|cell| cell.set_attribute(key, value.get(), now)) {
                    let (endpoint, attribute) = (endpoint.clone(), attribute.clone());
                    return Err(EventError::TooManyAttributes { endpoint, attribute });
                }
            }
            Event::RequestMeasured { endpoint, failed, ttft } => {
                let half_life = self.plan.scheduling.half_life;
                self.cells_of(endpoint).for_each(|cell| {
                    if let Some(ttft) = ttft {
                        cell.health().first_token_after(*ttft, now, half_life);
                    }
                    let health = cell.health();
                    if *failed { health.failed(now, half_life) } else { health.succeeded(now, half_life) }
                });
            }
            Event::LeasesLapsed => {
                self.replicas.lapse(now);
                self.cells.iter().for_each(|cell| cell.lapse(leases, now));
            }
            Event::EndpointReported { .. } | Event::EndpointGone { .. } | Event::EndpointsReplaced { .. } => {
            }
        }
        Ok(())
    }

    /// Counts the requests of another replica, and learns where their prompts are.
    fn replica_told(&self, arrival: &Arrival<'_>) -> Result<(), EventError> {
        let number = |endpoint: &str| self.by_id.get(endpoint)?.first().copied();
        let cell = |endpoint: &str| Some(Arc::clone(&self.cells[number(endpoint)?]));
        let mut hashes = BlockHashes::new();
        let learn = |request: &ReplicaRequest| {
            let Some(knowledge) = self.prefix.as_ref().filter(|_| !request.prompt().is_empty()) else {
                return;
            };
            if let Some(seat) = number(request.endpoint()).and_then(|number| self.seats[number].as_ref()) {
                knowledge.hasher.hash(&Scope::new(""), Prompt::Blocks(request.prompt()), &mut hashes);
                seat.insert(&hashes);
            }
        };
        self.replicas.told(arrival, cell, learn)
    }

    /// The engine of an endpoint told of its cache.
    fn told(&self, endpoint: &str, sequence: u64, change: KvChange<'_>) {
        for number in self.by_id.get(endpoint).into_iter().flatten() {
            if let Some(seat) = &self.seats[*number] {
                seat.told(sequence, change);
            }
        }
    }
}
