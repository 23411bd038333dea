//! What is foreseen of a request's times, and the scorer of it.

use serde_json::Value;

use super::parameters::number;
use super::told::World;

/// What the request may take less what it will, to the first token and for each after it, in milliseconds.
pub(crate) type Headroom = (f64, f64);

/// The headroom of an endpoint, where its times are foreseen.
pub(crate) fn headroom(settings: &Value, world: &World, name: &str) -> Option<Headroom> {
    let model = settings.get("model")?;
    let waiting = world.waiting_now(name, 30_000)?;
    let (running, usage) = (world.polled(name, "running")?, world.polled(name, "kv_usage")?);
    let share = world.prefix(name).map_or(0.0, |(held, all)| if all > 0.0 { held / all } else { 0.0 });
    let tokens = world.endpoints[name].under_way.tokens as f64;
    let foreseen = |terms: &Value| {
        number(terms, "constant", 0.0)
            + number(terms, "waiting", 0.0) * waiting
            + number(terms, "running", 0.0) * running
            + number(terms, "kv_usage", 0.0) * usage
            + number(terms, "uncached_token", 0.0) * world.prompt_tokens() * (1.0 - share)
            + number(terms, "waiting_token", 0.0) * tokens
    };
    let limit = |header| {
        let limit: Option<f64> = world.header(header).and_then(|text| text.trim().parse().ok());
        limit.filter(|limit| limit.is_finite()).unwrap_or(0.0)
    };
    let headroom = (
        limit("x-llm-d-slo-ttft-ms") - foreseen(&model["ttft"]),
        limit("x-llm-d-slo-tpot-ms") - foreseen(&model["tpot"]),
    );
    Some(headroom).filter(|(ttft, tpot)| ttft.is_finite() && tpot.is_finite())
}

/// The number of the class that an endpoint is in; the lowest that anyone is in is rated.
fn class(settings: &Value, world: &World, name: &str) -> u8 {
    match headroom(settings, world, name) {
        None => 0,
        Some((ttft, tpot)) if ttft >= 0.0 && tpot >= 0.0 => 0,
        Some(_) if world.endpoints[name].in_flight == 0 => 1,
        Some((ttft, _)) if ttft >= 0.0 => 2,
        Some((_, tpot)) if tpot >= 0.0 => 3,
        Some(_) => 4,
    }
}

pub(crate) fn latency(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let names = world.names();
    if names.iter().all(|name| headroom(settings, world, name).is_none()) {
        return composite(settings, world, name);
    }
    let best = names.iter().map(|name| class(settings, world, name)).min()?;
    if class(settings, world, name) != best {
        return Some(0.0);
    }
    let sizes = |name: &str| headroom(settings, world, name).map_or((0.0, 0.0), |(a, b)| (a.abs(), b.abs()));
    let rated: Vec<(f64, f64)> =
        names.iter().filter(|name| class(settings, world, name) == best).map(|name| sizes(name)).collect();
    let ends = |values: Vec<f64>| {
        (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(0.0, f64::max))
    };
    let ttft = ends(rated.iter().map(|sizes| sizes.0).collect());
    let tpot = ends(rated.iter().map(|sizes| sizes.1).collect());
    let differs = |(least, most): (f64, f64)| most - least > 1e-9;
    let (mut a, mut b) = (number(settings, "ttft_weight", 0.8), number(settings, "tpot_weight", 0.2));
    if differs(ttft) != differs(tpot) {
        (a, b) = if differs(ttft) { (1.0, 0.0) } else { (0.0, 1.0) };
    } else if a + b > 0.0 {
        (a, b) = (a / (a + b), b / (a + b));
    } else {
        (a, b) = (1.0, 0.0);
    }
    let place = |value: f64, (least, most): (f64, f64)| {
        if differs((least, most)) { (value - least) / (most - least) } else { 0.5 }
    };
    let own = sizes(name);
    let place = a * place(own.0, ttft) + b * place(own.1, tpot);
    let prefers_most = best == 0 && settings["choice"] == "most";
    let hundredths = (if prefers_most { place * 100.0 } else { (1.0 - place) * 100.0 }).trunc();
    Some((hundredths + 1.0) / 100.0)
}

/// Where nothing is foreseen of anyone: free cache, short queue and prefix cache.
fn composite(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let has_report = |name: &str| world.report_within(name, 30_000).is_some();
    let prefix = world.prefix(name);
    if !has_report(name) && prefix.is_none() {
        return None;
    }
    let longest = world.names().iter().filter_map(|name| world.polled(name, "waiting")).fold(0.0, f64::max);
    let waiting = world.polled(name, "waiting").unwrap_or(0.0);
    let queue = if longest > 0.0 { (longest - waiting) / longest } else { 1.0 };
    let share = prefix.map_or(0.0, |(held, all)| if all > 0.0 { held / all } else { 0.0 });
    let parts = [
        (number(settings, "kv_weight", 1.0), 1.0 - world.polled(name, "kv_usage").unwrap_or(0.0)),
        (number(settings, "queue_weight", 1.0), queue),
        (number(settings, "prefix_weight", 1.0), share),
    ];
    let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let rating: f64 = match sum {
        sum if sum > 0.0 => parts.iter().map(|(weight, value)| weight / sum * value).sum(),
        _ => parts[0].1,
    };
    Some((rating * 100.0).round() / 100.0)
}
