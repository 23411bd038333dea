//! Takes out endpoints that failed several times in a row, until one request has shown that they work again.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::CircuitBreaker;

pub(super) fn keep(settings: &CircuitBreaker, facts: &Facts<'_>, survivors: &mut Survivors) {
    survivors.retain_some(|position| {
        facts.cell(position).is_some_and(|cell| {
            let health = cell.health();
            let is_closed = health.streak() < u64::from(settings.failures.max(1));
            // Half open: one request at a time tries.
            is_closed || (health.since_failure(facts.now) >= settings.open_for && cell.in_flight() == 0)
        })
    });
}
