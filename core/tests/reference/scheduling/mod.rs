//! What one scorer rates and one filter keeps, once more: by maps, loops and sorts over a case as it stands in its file. Follows
//! `tests/vectors/scheduling/README.md` and shares no code with the crate.

mod affinity;
mod completion;
#[path = "../draw.rs"]
#[allow(dead_code, reason = "what draws backends is another's matter")]
mod draw;
mod filters;
mod foreseen;
mod load;
#[path = "../metrics/mod.rs"]
#[allow(dead_code, reason = "of all that a page says only the report is read")]
mod metrics;
mod parameters;
mod tickets;
mod told;
mod under_way;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use told::World;

/// What the case must come to: `{ratings}` of a scorer, `{kept}` of a filter.
pub(crate) fn run(case: &Value) -> Value {
    let mut world = World::read(case);
    let settings = parameters::of(case);
    if let Some(scorer) = case["scorer"].as_str() {
        let rated = world.names().into_iter().map(|name| {
            let rating = rate(scorer, &settings, &world, &name);
            (name, rating.map(|rating| if rating.is_nan() { 0.0 } else { rating.clamp(0.0, 1.0) }))
        });
        let rated: BTreeMap<String, Option<f64>> = rated.collect();
        return json!({"ratings": rated});
    }
    let all = world.names();
    let kept = filters::keep(case["filter"].as_str().unwrap(), &settings, &mut world, all, &case["beside"]);
    json!({"kept": kept})
}

fn rate(scorer: &str, settings: &Value, world: &World, name: &str) -> Option<f64> {
    match scorer {
        "session-affinity-scorer" => affinity::session(settings, world, name),
        "header-label-affinity-scorer" => affinity::header_label(settings, world, name),
        "context-length-aware" => affinity::context_length(settings, world, name),
        "topology-affinity-scorer" => affinity::topology(world, name),
        "endpoint-attribute-scorer" => affinity::attribute(settings, world, name),
        "prefix-cache-scorer" => affinity::prefix_cache(settings, world, name),
        "lora-affinity-scorer" => affinity::lora(settings, world, name),
        "rendezvous-scorer" => affinity::rendezvous(settings, world, name),
        "bounded-load-scorer" => affinity::bounded_load(settings, world, name),
        "predicted-completion-scorer" => completion::rate(settings, world, name),
        "no-hit-lru-scorer" => affinity::no_hit_lru(settings, world, name),
        "latency-scorer" => foreseen::latency(settings, world, name),
        _ => load::rate(scorer, settings, world, name),
    }
}
