//! How fast a pool can work a workload off. Loads are multiples of it, so that 1.0 means the same for every workload and pool.

use crate::sim::{Arrival, RunError, Settings, Workload, run};

use super::flood::LeastInFlight;

/// The time over which requests arrive at speed 1, in seconds.
pub(super) fn span(workload: &Workload) -> f64 {
    let at = |arrival| match arrival {
        Arrival::At(at) => at,
        Arrival::After { .. } => 0.0,
    };
    workload.requests.iter().map(|request| at(request.arrival)).fold(0.0, f64::max)
}

/// The flood capacity: the speed at which requests would arrive in the time in which least in flight works all of them off when they come at once. In
/// sessions nobody thinks then, and turns still wait for answers. Faults are left out, scrapes are rare: nobody reads them.
///
/// # Errors
///
/// As [`run`].
pub(super) fn flood(settings: &Settings, workload: &Workload) -> Result<f64, RunError> {
    let mut flooded = workload.clone();
    for request in &mut flooded.requests {
        request.arrival = match request.arrival {
            Arrival::At(_) => Arrival::At(0.0),
            Arrival::After { former, .. } => Arrival::After { former, think: 0.0 },
        };
    }
    let settings =
        Settings { speed: 1.0, replicas: 1, faults: Vec::new(), scrape_interval: 1e3, ..settings.clone() };
    let outcome = run(&settings, &flooded, &mut |_| Box::new(LeastInFlight::default()))?;
    let speed = span(workload) / outcome.end;
    // All at once from the start: any speed is as good.
    Ok(if speed.is_finite() && speed > 0.0 { speed } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::{flood, span};
    use crate::sim::{Arrival, Hardware, Settings, SimRequest, Workload};

    fn workload(arrivals: &[Arrival]) -> Workload {
        let request = |(n, arrival): (usize, &Arrival)| SimRequest {
            arrival: *arrival,
            prompt: 8_192,
            output: 1,
            blocks: (0..128).map(|block| (n * 128 + block) as u64).collect(),
            tenant: 0,
            session: 0,
            adapter: None,
        };
        Workload {
            name: "hand".to_owned(),
            block_tokens: 64,
            requests: arrivals.iter().enumerate().map(request).collect(),
        }
    }

    fn settings(endpoints: usize) -> Settings {
        Settings::new(Hardware::by_name("8b").unwrap_or_else(|| panic!("8b")), endpoints)
    }

    #[test]
    fn capacity_is_the_span_over_the_time_of_the_work() {
        // Four prefills of a full step each on two endpoints: two steps one after the other.
        let workload = workload(&[0.0, 10.0, 20.0, 100.0].map(Arrival::At));
        let settings = settings(2);
        let step = settings.hardware.prefill_time(8_192, 0);
        let capacity = flood(&settings, &workload).unwrap_or_else(|error| panic!("{error}"));
        assert!((capacity - 100.0 / (2.0 * step)).abs() < 1e-6 * capacity, "{capacity}");
        assert_eq!(span(&workload), 100.0);
    }

    #[test]
    fn in_a_flood_nobody_thinks_but_turns_wait() {
        let workload = workload(&[
            Arrival::At(0.0),
            Arrival::After { former: 0, think: 1_000.0 },
            Arrival::After { former: 1, think: 1_000.0 },
            Arrival::At(50.0),
        ]);
        let settings = settings(4);
        let step = settings.hardware.prefill_time(8_192, 0);
        let capacity = flood(&settings, &workload).unwrap_or_else(|error| panic!("{error}"));
        assert!((capacity - 50.0 / (3.0 * step)).abs() < 1e-6 * capacity, "{capacity}");
    }
}
