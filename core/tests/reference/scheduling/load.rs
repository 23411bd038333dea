//! Scorers of load.

use serde_json::Value;

use super::parameters::number;
use super::told::World;

/// Milliseconds in which half of what was measured is forgotten.
const HALF_LIFE: f64 = 10_000.0;

pub(crate) fn rate(scorer: &str, settings: &Value, world: &World, name: &str) -> Option<f64> {
    let in_flight = world.endpoints[name].in_flight as f64;
    match scorer {
        "least-request-scorer" => Some(1.0 / (1.0 + in_flight)),
        "queue-scorer" => relative(world, name, "waiting"),
        "running-requests-size-scorer" => relative(world, name, "running"),
        "kv-cache-utilization-scorer" => world.polled(name, "kv_usage").map(|usage| 1.0 - usage),
        "active-request-scorer" => {
            let most = world.endpoints.values().map(|endpoint| endpoint.in_flight).max()? as f64;
            let is_idle = in_flight <= number(settings, "idle_threshold", 0.0);
            let busy = (most - in_flight) / most * number(settings, "max_busy_score", 1.0);
            Some(if is_idle { 1.0 } else { busy })
        }
        "token-load-scorer" => {
            let mut uncached = world.prompt_tokens();
            if let Some((held, _)) = world.prefix(name) {
                uncached = (uncached - held * 16.0).max(0.0);
            }
            let tokens = world.endpoints[name].under_way.tokens as f64 + uncached;
            let full = number(settings, "queue_threshold", 4_194_304.0);
            Some(match tokens {
                0.0 => 1.0,
                tokens if tokens < full => 1.0 - tokens / full,
                _ => 0.0,
            })
        }
        "load-aware-scorer" => {
            let waiting = world.polled(name, "waiting")?;
            let full = number(settings, "threshold", 128.0);
            Some(match waiting {
                0.0 => 0.5,
                waiting if waiting < full => 0.5 * (1.0 - waiting / full),
                _ => 0.0,
            })
        }
        "peak-ewma-scorer" => {
            let costs = world.names().into_iter().map(|name| cost(settings, world, &name));
            let least = costs.fold(f64::INFINITY, f64::min);
            Some(least / cost(settings, world, name))
        }
        _ => panic!("{scorer} is no scorer"),
    }
}

/// Where the value lies between the most and the least of all that told one.
fn relative(world: &World, name: &str, value: &str) -> Option<f64> {
    let own = world.polled(name, value)?;
    let told: Vec<f64> = world.names().iter().filter_map(|name| world.polled(name, value)).collect();
    let most = told.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = told.iter().copied().fold(f64::INFINITY, f64::min);
    Some(if most == least { 1.0 } else { (most - own) / (most - least) })
}

/// What is left of 1 after milliseconds.
pub(crate) fn left(elapsed: u64) -> f64 {
    (-(elapsed as f64) / HALF_LIFE).exp2()
}

fn cost(settings: &Value, world: &World, name: &str) -> f64 {
    let endpoint = &world.endpoints[name];
    let mut mean: Option<(u64, f64)> = None;
    for (at, sample) in &endpoint.first_tokens {
        let next = match mean {
            Some((before, mean)) if *sample <= mean => {
                mean * left(at - before) + sample * (1.0 - left(at - before))
            }
            _ => *sample,
        };
        mean = Some((*at, next));
    }
    let unmeasured = number(settings, "default_ttft_ms", 1000.0) * 1e6;
    let ttft = mean.map_or(unmeasured, |(at, mean)| mean * left(world.now.saturating_sub(at)));
    ttft.max(1000.0) * (1.0 + endpoint.in_flight as f64)
}
