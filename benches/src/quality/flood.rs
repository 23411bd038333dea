//! The gateway that capacities are measured with: least in flight, ties to the lowest number.

use std::collections::HashMap;

use crate::sim::{Asked, Gateway, Polled};

/// Counts what it sent.
#[derive(Debug, Default)]
pub(super) struct LeastInFlight {
    in_flight: Vec<Option<usize>>,
    sent: HashMap<usize, usize>,
}

impl LeastInFlight {
    fn leave(&mut self, number: usize) {
        if let Some(endpoint) = self.sent.remove(&number)
            && let Some(Some(count)) = self.in_flight.get_mut(endpoint)
        {
            *count -= 1;
        }
    }
}

impl Gateway for LeastInFlight {
    fn dispatch(&mut self, number: usize, _asked: &Asked<'_>, _now: f64) -> usize {
        let there = self.in_flight.iter().enumerate();
        let least = there.filter_map(|(endpoint, count)| count.map(|count| (count, endpoint))).min();
        let endpoint = least.map_or(0, |(_, endpoint)| endpoint);
        if let Some(Some(count)) = self.in_flight.get_mut(endpoint) {
            *count += 1;
            self.sent.insert(number, endpoint);
        }
        endpoint
    }

    fn first_token(&mut self, _number: usize, _now: f64) {}

    fn finished(&mut self, number: usize, _generated: u32, _now: f64) {
        self.leave(number);
    }

    fn failed(&mut self, number: usize, _now: f64) {
        self.leave(number);
    }

    fn polled(&mut self, _endpoint: usize, _polled: &Polled, _now: f64) {}

    fn stored(&mut self, _endpoint: usize, _parent: Option<u64>, _blocks: &[u64], _now: f64) {}

    fn removed(&mut self, _endpoint: usize, _blocks: &[u64], _now: f64) {}

    fn appeared(&mut self, endpoint: usize, _now: f64) {
        let there = self.in_flight.len().max(endpoint + 1);
        self.in_flight.resize(there, None);
        self.in_flight[endpoint] = Some(0);
    }

    fn gone(&mut self, endpoint: usize, _now: f64) {
        if let Some(count) = self.in_flight.get_mut(endpoint) {
            *count = None;
        }
    }
}
