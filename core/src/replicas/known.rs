//! What is known of the other replicas' requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::request::{ReplicaRequest, Stage};
use crate::prefix::WriterLock;
use crate::signals::{EndpointCell, EventError, Lease, Terms, Work};
use crate::units::Nanos;

/// Replicas that are kept at once.
const MOST_REPLICAS: usize = 1024;
/// Requests in flight that are kept of one replica, and ends that may be told before their beginnings.
const MOST_REQUESTS: usize = 65_536;

/// The other replicas' requests. Outlives any one state; no decision looks at it, only at the counts that it moves.
#[derive(Debug)]
pub(crate) struct Replicas {
    known: WriterLock<BTreeMap<String, Replica>>,
}

/// What a replica told at once.
pub(crate) struct Arrival<'a> {
    pub(crate) replica: &'a str,
    pub(crate) requests: &'a [ReplicaRequest],
    /// Of the requests up to this number these are all that are in flight.
    pub(crate) complete_to: Option<u64>,
    pub(crate) lease: Nanos,
    pub(crate) now: Nanos,
}

#[derive(Debug)]
struct Replica {
    lapses: Nanos,
    in_flight: BTreeMap<u64, Counted>,
    /// Requests with smaller numbers are over unless they are in flight.
    settled: u64,
    /// Those with larger numbers that are over.
    over: BTreeSet<u64>,
}

/// A request in flight.
#[derive(Debug)]
struct Counted {
    progress: (u8, Stage),
    /// `None` where its endpoint is not known here, or not yet.
    place: Option<Place>,
}

/// Where a request counts.
#[derive(Debug)]
struct Place {
    cell: Arc<EndpointCell>,
    work: Work,
    /// Its number in the endpoint's line, where it was told of before its first token.
    number: Option<u64>,
    has_first_token: bool,
}

impl Default for Replicas {
    fn default() -> Self {
        Self { known: WriterLock::new(BTreeMap::new()) }
    }
}

impl Replicas {
    /// Takes in what a replica told. `cell` finds the signals of an endpoint by its id, `fresh` hears of each request that was not known in this attempt.
    pub(crate) fn told(
        &self,
        arrival: &Arrival<'_>,
        cell: impl Fn(&str) -> Option<Arc<EndpointCell>>,
        mut fresh: impl FnMut(&ReplicaRequest),
    ) -> Result<(), EventError> {
        let now = arrival.now;
        let mut known = self.known.lock();
        lapse(&mut known, now);
        let name = arrival.replica;
        if !known.contains_key(name) && known.len() >= MOST_REPLICAS {
            return Err(EventError::TooManyReplicas { replica: name.to_owned() });
        }
        let before = known.get(name).map_or(0, |replica| replica.in_flight.len());
        if before.saturating_add(arrival.requests.len()) > MOST_REQUESTS {
            return Err(EventError::TooManyOfReplica { replica: name.to_owned() });
        }
        let replica = known.entry(name.to_owned()).or_insert_with(Replica::new);
        replica.lapses = replica.lapses.max(now.after(arrival.lease));
        for request in arrival.requests {
            if replica.take(request, &cell, now) {
                fresh(request);
            }
        }
        if let Some(last) = arrival.complete_to {
            replica.settle(last, arrival.requests, now);
        }
        Ok(())
    }

    /// A replica is gone, and its requests with it.
    pub(crate) fn gone(&self, replica: &str, now: Nanos) {
        if let Some(mut replica) = self.known.lock().remove(replica) {
            replica.clear(now);
        }
    }

    /// Forgets the replicas whose lease has lapsed.
    pub(crate) fn lapse(&self, now: Nanos) {
        lapse(&mut self.known.lock(), now);
    }
}

fn lapse(known: &mut BTreeMap<String, Replica>, now: Nanos) {
    known.retain(|_, replica| {
        let stays = replica.lapses >= now;
        if !stays {
            replica.clear(now);
        }
        stays
    });
}

impl Replica {
    fn new() -> Self {
        Self { lapses: Nanos::new(0), in_flight: BTreeMap::new(), settled: 0, over: BTreeSet::new() }
    }

    fn is_over(&self, number: u64) -> bool {
        self.over.contains(&number) || number < self.settled && !self.in_flight.contains_key(&number)
    }

    /// Whether it is the first that is told of this attempt.
    fn take(
        &mut self,
        request: &ReplicaRequest,
        cell: impl Fn(&str) -> Option<Arc<EndpointCell>>,
        now: Nanos,
    ) -> bool {
        let number = request.number;
        if request.stage == Stage::Over {
            self.end(number, now);
            return false;
        }
        // Its prompt was sent all the same.
        if self.is_over(number) {
            return !request.prompt.is_empty();
        }
        let progress = request.progress();
        match self.in_flight.get_mut(&number) {
            Some(counted) => {
                let is_new_attempt = request.attempt > counted.progress.0;
                counted.advance(request, cell, now);
                is_new_attempt
            }
            None => {
                let place = cell(&request.endpoint).map(|cell| Place::new(cell, request, now));
                self.in_flight.insert(number, Counted { progress, place });
                true
            }
        }
    }

    fn end(&mut self, number: u64, now: Nanos) {
        if let Some(place) = self.in_flight.remove(&number).and_then(|counted| counted.place) {
            place.leave(now);
        }
        if number >= self.settled {
            self.over.insert(number);
            if self.over.len() > MOST_REQUESTS
                && let Some(least) = self.over.pop_first()
            {
                self.settled = least.saturating_add(1);
            }
        }
    }

    /// Of the requests up to `last` these are all that are in flight.
    fn settle(&mut self, last: u64, requests: &[ReplicaRequest], now: Nanos) {
        let told: BTreeSet<u64> = requests.iter().map(|request| request.number).collect();
        self.in_flight.retain(|number, counted| {
            let stays = *number > last || told.contains(number);
            if !stays && let Some(place) = counted.place.take() {
                place.leave(now);
            }
            stays
        });
        let settled = last.saturating_add(1);
        if settled > self.settled {
            self.settled = settled;
            self.over = self.over.split_off(&settled);
        }
    }

    fn clear(&mut self, now: Nanos) {
        for place in std::mem::take(&mut self.in_flight).into_values().filter_map(|counted| counted.place) {
            place.leave(now);
        }
    }
}

impl Counted {
    fn advance(
        &mut self,
        request: &ReplicaRequest,
        cell: impl Fn(&str) -> Option<Arc<EndpointCell>>,
        now: Nanos,
    ) {
        let told = request.progress();
        if told < self.progress {
            return;
        }
        let is_elsewhere = told.0 > self.progress.0;
        self.progress = told;
        if is_elsewhere && let Some(place) = self.place.take() {
            place.leave(now);
        }
        match &mut self.place {
            Some(place) if told.1 == Stage::Answering => place.first_token(now),
            Some(_) => {}
            None => self.place = cell(&request.endpoint).map(|cell| Place::new(cell, request, now)),
        }
    }
}

impl Place {
    fn new(cell: Arc<EndpointCell>, request: &ReplicaRequest, now: Nanos) -> Self {
        let work = Work::new(request.prompt_tokens, request.cached_tokens);
        let has_first_token = request.stage == Stage::Answering;
        let number = if has_first_token {
            cell.enter(work, true, forever(now));
            None
        } else {
            Some(cell.start(work, now, forever(now)))
        };
        cell.of_replicas_changed(1);
        Self { cell, work, number, has_first_token }
    }

    fn first_token(&mut self, now: Nanos) {
        if !self.has_first_token {
            self.has_first_token = true;
            self.cell.first_token(self.work, self.number, now, forever(now));
        }
    }

    fn leave(self, now: Nanos) {
        self.cell.leave(self.work, self.has_first_token, forever(now));
        if let (false, Some(number)) = (self.has_first_token, self.number) {
            self.cell.backlog().give_up(number, now);
        }
        self.cell.of_replicas_changed(-1);
    }
}

/// The lease of a replica stands for those of its requests.
fn forever(now: Nanos) -> Lease {
    Terms::new(None).lease(now)
}
