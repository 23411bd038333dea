//! How full a pool is, for requests that may be turned away.
//!
//! [`Scheduling::ceiling_for`] says how full it may be for a request's priority. By default only requests of negative priority or of a sheddable model have
//! a ceiling, and every other passes however full the pool is (Inference Extension, admission without flow control).

use super::facts::Facts;
use crate::plan::{ConcurrencyMode, MissingLoad, Saturation, Scheduling};
use crate::real;
use crate::signals::EndpointCell;
use crate::units::Nanos;

/// How full the pool of `facts` is, 1 being full; 0 where nothing says when it is.
pub(super) fn saturation(scheduling: &Scheduling, facts: &Facts<'_>, now: Nanos) -> f64 {
    let missing = match scheduling.missing_load {
        MissingLoad::CountsAsFull => 1.0,
        MissingLoad::CountsAsIdle => 0.0,
    };
    let cells = || facts.members.cells.iter().map(|cell| &**cell);
    match scheduling.saturation {
        None => 0.0,
        Some(Saturation::Utilization { queue_depth, kv_cache, stale_after }) => {
            let oldest = now.before(stale_after);
            mean(cells().map(|cell| utilization(cell, oldest, queue_depth, kv_cache).unwrap_or(missing)))
        }
        Some(Saturation::Concurrency { requests, tokens, mode }) => {
            let of_requests = |cell: &EndpointCell| share(cell.in_flight().into(), requests.into());
            let of_tokens = |cell: &EndpointCell| share(cell.waiting_tokens(), tokens);
            match mode {
                ConcurrencyMode::Requests => mean(cells().map(of_requests)),
                ConcurrencyMode::Tokens => mean(cells().map(of_tokens)),
                ConcurrencyMode::Hybrid => mean(cells().map(|cell| of_requests(cell).max(of_tokens(cell)))),
            }
        }
    }
}

/// The larger of both shares; `None` where the endpoint told neither.
fn utilization(cell: &EndpointCell, oldest: Nanos, queue_depth: u32, kv_cache: f64) -> Option<f64> {
    let polled = cell.polled(oldest)?;
    // What was sent since the endpoint was asked waits there too: a gate that does not count it lets a whole burst through between two polls.
    let waiting =
        polled.waiting_now(cell.in_flight()).map(|waiting| share(waiting.into(), queue_depth.into()));
    let usage = polled.kv_usage().map(|usage| usage / kv_cache);
    match (waiting, usage) {
        (Some(waiting), Some(usage)) => Some(waiting.max(usage)),
        (one, other) => one.or(other),
    }
}

fn share(amount: u64, of: u64) -> f64 {
    real::of(amount) / real::of(of.max(1))
}

/// The mean over a pool's members, of which there is at least one.
fn mean(shares: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = shares.fold((0.0, 0.0), |(sum, count), share| (sum + share, count + 1.0));
    if count > 0.0 { sum / count } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn large_amounts_are_shares_as_small_ones_are() {
        assert_eq!([share(1, 4), share(1 << 40, 1 << 41), share(1 << 40, 1 << 32)], [0.25, 0.5, 256.0]);
        assert_eq!(share(3, 0), 3.0);
    }
}
