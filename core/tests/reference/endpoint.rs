//! Which member of a pool is picked: the second half of section "Choosing an endpoint".

use serde_json::Value;

use super::Refusal;
use super::address;
use super::backend::Chosen;
use super::consistent_hash;
use super::draw::Draw;
use super::load::{World, items};
use super::members::{self, Member};
use super::request::Request;

/// The endpoint of the chosen backend: the backend itself, or a ready member of the pool.
pub(crate) fn choose(
    world: &World,
    chosen: &Chosen,
    case: &Value,
    turn: u64,
    draw: &mut Draw,
) -> Result<Member, Refusal> {
    let itself = |address| Ok(Member { id: chosen.id(), address, ready: true, place: 0 });
    match (chosen.kind, &chosen.object) {
        ("Service", _) => {
            let port = chosen.reference["port"].as_u64();
            itself(port.map(|port| address::of_service(chosen.name, chosen.namespace, port)))
        }
        ("AIServiceBackend", Some(object)) => itself(address::of_backend(world, object, None)),
        ("Backend", _) => itself(address::of_envoy_backend(world, chosen.name, chosen.namespace, None)),
        ("InferencePool", Some(pool)) => {
            let all = members::of_pool(world, pool, items(&case["endpoints"]));
            if all.is_empty() {
                return Err((503, "pool_empty"));
            }
            let ready: Vec<Member> = all.iter().filter(|member| member.ready).cloned().collect();
            if ready.is_empty() {
                return Err((503, "no_ready_endpoint"));
            }
            let number = pick(world, &all, &ready, case, turn, draw);
            Ok(ready[number].clone())
        }
        _ => itself(None),
    }
}

/// More endpoints of the pool that was chosen, each picked among those that are left.
pub(crate) fn more(
    world: &World,
    chosen: &Chosen,
    case: &Value,
    turn: u64,
    first: &Member,
    draw: &mut Draw,
) -> Vec<Member> {
    let (true, Some(pool)) = (chosen.kind == "InferencePool", &chosen.object) else { return Vec::new() };
    let all = members::of_pool(world, pool, items(&case["endpoints"]));
    let ready: Vec<Member> = all.iter().filter(|member| member.ready).cloned().collect();
    let mut left = ready.clone();
    take(&mut left, first);
    let most = world.consistent_hash.and_then(|parameters| parameters["maxNumOfEndpoints"].as_u64());
    let wanted = match most {
        Some(most) if world.fallback_endpoints > 0 => most.max(1) - 1,
        _ => world.fallback_endpoints,
    };
    let mut more = Vec::new();
    while !left.is_empty() && (more.len() as u64) < wanted {
        let member = if world.strategy == "round_robin" && world.consistent_hash.is_none() {
            ready[round_robin(ready.len(), turn + 1 + more.len() as u64)].clone()
        } else {
            left[pick(world, &all, &left, case, turn, draw)].clone()
        };
        take(&mut left, &member);
        more.push(member);
    }
    more
}

/// Takes one member out.
fn take(members: &mut Vec<Member>, taken: &Member) {
    if let Some(place) = members.iter().position(|member| member == taken) {
        members.remove(place);
    }
}

/// The number of the one of `among`, which are of the members of the pool, that is picked.
fn pick(world: &World, pool: &[Member], among: &[Member], case: &Value, turn: u64, draw: &mut Draw) -> usize {
    if let Some(parameters) = world.consistent_hash {
        let request = Request::read(&case["request"]);
        let text = match parameters["headerName"].as_str() {
            Some(header) => request.only(header),
            None => request.model.filter(|model| !model.is_empty()),
        };
        return match text {
            Some(text) => consistent_hash::Table::of(pool).pick(text, among).0,
            None => random(among.len(), draw),
        };
    }
    let loads: Vec<u64> =
        among.iter().map(|member| case["in_flight"][&member.id].as_u64().unwrap_or(0)).collect();
    match world.strategy {
        "random" => random(among.len(), draw),
        "round_robin" => round_robin(among.len(), turn),
        "least_request" => least_request(among, &loads, draw),
        _ => two_choice(&loads, draw),
    }
}

fn random(count: usize, draw: &mut Draw) -> usize {
    if count == 1 { 0 } else { draw.number(count) }
}

fn round_robin(count: usize, turn: u64) -> usize {
    (turn % count as u64) as usize
}

fn least_request(among: &[Member], loads: &[u64], draw: &Draw) -> usize {
    let least = loads.iter().min();
    let mut chosen: Option<(u64, usize)> = None;
    for (number, member) in among.iter().enumerate() {
        let own = draw.of_endpoint(&member.id, member.address.as_deref());
        if loads.get(number) == least && chosen.is_none_or(|(best, _)| own > best) {
            chosen = Some((own, number));
        }
    }
    chosen.unwrap_or_default().1
}

fn two_choice(loads: &[u64], draw: &mut Draw) -> usize {
    if loads.len() == 1 {
        return 0;
    }
    let i = draw.number(loads.len());
    let mut j = draw.number(loads.len() - 1);
    if j >= i {
        j += 1;
    }
    if loads[j] < loads[i] { j } else { i }
}
