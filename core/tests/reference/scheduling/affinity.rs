//! Scorers of what an endpoint is, holds or belongs to.

use serde_json::Value;

use super::draw::Draw;
use super::parameters::number;
use super::told::World;

const PLACES: [(&str, f64); 4] = [
    ("kubernetes.io/hostname", 1.0),
    ("topology.kubernetes.io/rack", 0.2),
    ("topology.kubernetes.io/zone", 0.05),
    ("topology.kubernetes.io/region", 0.02),
];

fn one_if(holds: bool) -> Option<f64> {
    Some(if holds { 1.0 } else { 0.0 })
}

pub(crate) fn session(settings: &Value, world: &World, name: &str) -> Option<f64> {
    one_if(world.owner(settings).as_deref() == Some(name))
}

pub(crate) fn header_label(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let wanted = world.header(settings["header"].as_str().unwrap());
    let value = world.endpoints[name].labels.get(settings["label"].as_str().unwrap());
    one_if(wanted.is_some() && wanted == value.map(String::as_str))
}

/// What a label says as a range of lengths: nothing, no range, or one.
pub(crate) fn range(settings: &Value, world: &World, name: &str) -> Option<Option<(f64, f64)>> {
    let label = settings["label"].as_str().unwrap_or("llm-d.ai/context-length-range");
    let text = world.endpoints[name].labels.get(label)?;
    let parts: Vec<Result<u32, _>> = text.split('-').map(|part| part.trim().parse()).collect();
    Some(match parts[..] {
        [Ok(min), Ok(max)] if min <= max => Some((f64::from(min), f64::from(max))),
        _ => None,
    })
}

pub(crate) fn context_length(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let length = world.prompt_tokens();
    Some(match range(settings, world, name) {
        None => 0.5,
        Some(None) => 0.0,
        Some(Some((min, max))) if length < min || length > max => {
            let distance = if length < min { min - length } else { length - max };
            0.3 / (1.0 + distance / 1000.0)
        }
        Some(Some((min, max))) if min == max => 1.0,
        Some(Some((min, max))) => {
            let width = max - min;
            0.3 + 0.7 * (0.7 / (1.0 + width / 10_000.0) + 0.3 * (max - length) / width)
        }
    })
}

/// The number of the closest place that the endpoint shares with the one that works on the prompt.
pub(crate) fn closest(world: &World, name: &str) -> Option<usize> {
    let of = |name: &str, label: &str| world.endpoints[name].labels.get(label).cloned();
    let peer = world.peer.as_ref()?;
    PLACES.iter().position(|(label, _)| {
        of(peer, label).is_some_and(|place| !place.is_empty() && of(name, label) == Some(place))
    })
}

pub(crate) fn topology(world: &World, name: &str) -> Option<f64> {
    Some(closest(world, name).map_or(0.0, |place| PLACES[place].1))
}

pub(crate) fn attribute(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let attribute = settings["attribute"].as_str().unwrap();
    let own = world.attribute(name, attribute)?;
    let algorithm = &settings["algorithm"];
    let told: Vec<f64> = world.names().iter().filter_map(|name| world.attribute(name, attribute)).collect();
    let (mut min, mut max) =
        (told.iter().copied().fold(own, f64::min), told.iter().copied().fold(own, f64::max));
    let fixed = &algorithm["normalization"]["fixedRange"];
    if fixed.is_object() {
        (min, max) = (number(fixed, "min", 0.0), number(fixed, "max", 0.0));
    }
    // No range either where one of them is no number.
    if min.partial_cmp(&max) != Some(std::cmp::Ordering::Less) {
        return Some(1.0);
    }
    // Halves, so that the widest range is a number too.
    let place = ((own / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0)).clamp(0.0, 1.0);
    Some(if algorithm["type"] == "linear_lower_is_better" { 1.0 - place } else { place })
}

pub(crate) fn prefix_cache(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let (held, all) = world.prefix(name).filter(|(_, all)| *all > 0.0)?;
    let weight = number(settings, "match_length_weight", 0.0);
    let scale = number(settings, "match_length_scale_tokens", 8192.0);
    let length = if weight > 0.0 && held > 0.0 { (held * 16.0 / scale).min(1.0) } else { 0.0 };
    Some(weight * length.powi(2) + (1.0 - weight) * held / all)
}

/// Whether the adapter runs, whether it waits, and how many adapters and places there are.
pub(crate) struct Adapter {
    pub(crate) runs: bool,
    pub(crate) waits: bool,
    pub(crate) has_room_apart: bool,
    pub(crate) has_room: bool,
}

pub(crate) fn adapter(world: &World, name: &str) -> Option<Adapter> {
    let model = world.request["model"].as_str().filter(|model| !model.is_empty())?;
    let lora = world.lora(name)?;
    let each_once = |list: &Value| {
        let mut names: Vec<String> =
            list.as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    let (running, waiting) = (each_once(&lora["active"]), each_once(&lora["waiting"]));
    let places = lora["max"].as_u64().unwrap_or(0) as usize;
    let mut together = running.clone();
    together.extend(waiting.iter().filter(|name| !running.contains(name)).cloned());
    Some(Adapter {
        runs: running.iter().any(|name| name == model),
        waits: waiting.iter().any(|name| name == model),
        has_room_apart: running.len() + waiting.len() < places,
        has_room: together.len() < places,
    })
}

pub(crate) fn lora(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let Adapter { runs, waits, has_room_apart, has_room } = adapter(world, name)?;
    let steps = if settings["is_code"] == true {
        [(runs, 1.0), (waits, 0.8), (has_room, 0.6)]
    } else {
        [(runs, 1.0), (has_room_apart, 0.8), (waits, 0.6)]
    };
    Some(steps.iter().find(|(holds, _)| *holds).map_or(0.0, |(_, rating)| *rating))
}

/// Endpoints that were never sent a request of whose prompt they held nothing come first, then those that were sent one longest ago.
pub(crate) fn no_hit_lru(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let names = world.names();
    if names.iter().any(|name| world.prefix(name).is_some_and(|(held, _)| held > 0.0)) {
        return Some(0.5);
    }
    let cold = |name: &String| world.endpoints[name].cold;
    let mut latest: Vec<&String> = names.iter().filter(|name| cold(name) > 0).collect();
    latest.sort_by_key(|name| std::cmp::Reverse(cold(name)));
    let remembered = number(settings, "remembered", 1024.0);
    latest.truncate(if remembered > 0.0 { remembered as usize } else { usize::MAX });
    let mut order: Vec<&String> = names.iter().filter(|name| !latest.contains(name)).collect();
    order.extend(latest.iter().rev());
    let place = order.iter().position(|other| *other == name)?;
    Some(1.0 - place as f64 / (order.len() as f64 - 1.0).max(1.0))
}

pub(crate) fn rendezvous(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let value = match settings["header"].as_str() {
        Some(header) => world.header(header)?,
        None => world.request["model"].as_str()?,
    };
    let key = Draw::new(0).of_endpoint(value, None);
    let address = world.endpoints[name].address.as_deref();
    let own = Draw::new(key).of_endpoint(&format!("default/{name}"), address);
    Some((own >> 12) as f64 / 2_f64.powi(52))
}

pub(crate) fn bounded_load(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let number_of = rendezvous(settings, world, name)?;
    let all: u64 = world.endpoints.values().map(|endpoint| endpoint.in_flight).sum();
    let share = number(settings, "balance", 1.25) * (all + 1) as f64 / world.endpoints.len() as f64;
    let has_room = (world.endpoints[name].in_flight as f64) < share.ceil();
    Some(number_of / 2.0 + if has_room { 0.5 } else { 0.0 })
}
