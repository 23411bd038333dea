//! Which member of a pool is picked: the second half of section "Choosing an endpoint".

use serde_json::Value;

use super::Refusal;
use super::address;
use super::backend::Chosen;
use super::draw::Draw;
use super::load::{World, items};
use super::members::{self, Member};

/// The endpoint of the chosen backend: the backend itself, or a ready member of the pool.
pub(crate) fn choose(
    world: &World,
    chosen: &Chosen,
    case: &Value,
    draw: &mut Draw,
) -> Result<Member, Refusal> {
    if chosen.object.kind == "AIServiceBackend" {
        let address = address::of_backend(&chosen.object, None);
        return Ok(Member { id: chosen.object.id(), address, ready: true });
    }
    let all = members::of_pool(world, &chosen.object, items(&case["endpoints"]));
    if all.is_empty() {
        return Err((503, "pool_empty"));
    }
    let left: Vec<Member> = all.into_iter().filter(|member| member.ready).collect();
    if left.is_empty() {
        return Err((503, "no_ready_endpoint"));
    }
    let loads: Vec<u64> =
        left.iter().map(|member| case["in_flight"][&member.id].as_u64().unwrap_or(0)).collect();
    let number = match world.strategy {
        "random" => random(left.len(), draw),
        "round_robin" => round_robin(left.len(), case["before"].as_u64().unwrap_or(0)),
        "least_request" => least_request(&loads, draw),
        _ => two_choice(&loads, draw),
    };
    Ok(left[number].clone())
}

fn random(count: usize, draw: &mut Draw) -> usize {
    if count == 1 { 0 } else { draw.number(count) }
}

/// Every earlier decision of the same request, seed and state went to the same pool: the turn is their number.
fn round_robin(count: usize, turn: u64) -> usize {
    (turn % count as u64) as usize
}

fn least_request(loads: &[u64], draw: &mut Draw) -> usize {
    let least = loads.iter().min();
    let tied: Vec<usize> = (0..loads.len()).filter(|number| loads.get(*number) == least).collect();
    if tied.len() == 1 { tied[0] } else { tied[draw.number(tied.len())] }
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
