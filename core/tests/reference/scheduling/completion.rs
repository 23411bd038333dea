//! When a request would be answered at an endpoint, and what that costs others.

use serde_json::{Value, json};

use super::parameters::number;
use super::told::World;
use super::under_way::Work;

/// What a step of a model server costs, in seconds.
pub(crate) struct Step {
    pub(crate) step: f64,
    pub(crate) token: f64,
    pub(crate) pair: f64,
    pub(crate) answer: f64,
    pub(crate) context: f64,
    pub(crate) chunk: f64,
    running: f64,
    kv_tokens: f64,
}

/// One value that cannot be makes all of them the defaults.
pub(crate) fn step_of(settings: &Value) -> Step {
    let of = |settings: &Value| Step {
        step: number(settings, "step", 0.002),
        token: number(settings, "token", 22.5e-6),
        pair: number(settings, "pair", 1e-9),
        answer: number(settings, "answer", 5.5e-6),
        context: number(settings, "context", 42e-9),
        chunk: number(settings, "chunk", 8192.0),
        running: number(settings, "running", 256.0),
        kv_tokens: number(settings, "kv_tokens", 400_000.0),
    };
    let step = of(&settings["step"]);
    let positive = [step.step, step.token, step.chunk, step.running, step.kv_tokens];
    let not_negative = [step.pair, step.answer, step.context];
    let can_be = positive.iter().all(|cost| (1e-12..=1e12).contains(cost))
        && not_negative.iter().all(|cost| (0.0..=1e12).contains(cost));
    if can_be { step } else { of(&json!({})) }
}

fn factor(settings: &Value, name: &str, default: f64) -> f64 {
    Some(number(settings, name, default)).filter(|value| (0.0..=1e12).contains(value)).unwrap_or(default)
}

pub(crate) fn rate(settings: &Value, world: &World, name: &str) -> Option<f64> {
    let pool: Vec<Endpoint> =
        world.names().iter().map(|name| Endpoint::look(settings, world, name)).collect();
    let typical = Endpoint::look(settings, world, name).typical;
    let mean = pool.iter().map(|endpoint| endpoint.ahead).sum::<f64>() / pool.len() as f64;
    let lines = if typical > 0.0 { (mean / (typical * pool_pace(settings, world))).min(20.0) } else { 0.0 };
    let congestion = factor(settings, "congestion", 1.0) * lines;
    let price = |endpoint: &Endpoint| endpoint.price + congestion * endpoint.of_congestion;
    let least = pool.iter().map(price).fold(f64::INFINITY, f64::min);
    Some(least / price(&Endpoint::look(settings, world, name)))
}

/// Seconds of the tokens that count as having gone like the pool's.
fn prior(settings: &Value, world: &World) -> f64 {
    let tokens = number(settings, "pace_prior", 180_000.0);
    world.step.token * if tokens > 0.0 { tokens } else { 180_000.0 }
}

fn pool_pace(settings: &Value, world: &World) -> f64 {
    world.typical.pace.of_pool(prior(settings, world))
}

/// Tokens of the prompt that an endpoint holds.
fn held_by(world: &World, name: &str) -> f64 {
    world.prefix(name).map_or(0.0, |(held, _)| held * 16.0).min(world.prompt_tokens())
}

struct Endpoint {
    /// Seconds that the mean prompt of the pool takes where nothing else is.
    typical: f64,
    /// Seconds until the line is worked off.
    ahead: f64,
    price: f64,
    of_congestion: f64,
}

impl Endpoint {
    fn look(settings: &Value, world: &World, name: &str) -> Self {
        let (step, endpoint) = (&world.step, &world.endpoints[name]);
        let prompt = world.prompt_tokens();
        let alone = (prompt, prompt, prompt * prompt / 2.0);
        let (mean_prompt, mean_tokens, mean_pairs) = world.typical.mean().unwrap_or(alone);
        let seconds = |tokens: f64, pairs: f64| step.token * tokens + step.pair * pairs;
        let typical = seconds(mean_tokens, mean_pairs);

        let pace = endpoint.under_way.pace.get(prior(settings, world), pool_pace(settings, world), world.now);
        let is_fresh = world.report_within(name, 30_000).is_some();
        let others = if is_fresh { factor(settings, "others", 1.0) } else { 0.0 };
        let foreign = endpoint.under_way.foreign();
        let waiting = endpoint.under_way.requests as f64;
        let answers = (endpoint.in_flight as f64 - waiting).max(0.0) + others * foreign.running;
        let context = endpoint.under_way.context as f64 + others * foreign.running * mean_prompt;
        let beside = pace * (step.step + step.answer * answers + step.context * context);
        let chunk = pace * step.token * step.chunk;
        let share = chunk / (chunk + beside);

        let (mut line, mut ahead) = (waiting, 0.0);
        if waiting > 0.0 {
            ahead = pace * seconds(endpoint.under_way.tokens as f64, endpoint.under_way.pairs());
            let first = endpoint.under_way.first();
            let first = first.map_or(ahead / waiting, |work| pace * seconds(work.tokens(), work.pairs()));
            let done = endpoint.under_way.elapsed(world.now) * share;
            ahead -= done.min(0.9 * first.min(ahead));
        }
        let begun = if mean_tokens > 0.0 { foreign.begun / mean_tokens / 2.0 } else { 0.0 };
        let of_others = pace * typical * (begun + foreign.waiting);
        let left = (of_others - world.age(name) * share).max(0.0);
        if left > 0.0 {
            ahead += others * left;
            line += others * (begun + foreign.waiting) * (left / of_others);
        }
        let mut kv = world.polled(name, "kv_usage").unwrap_or(0.0);
        if world.polled(name, "kv_usage").is_some() {
            let told = world.polled(name, "kv_tokens").filter(|tokens| *tokens > 0.0);
            kv = (kv + endpoint.under_way.tokens as f64 / told.unwrap_or(step.kv_tokens)).min(0.99);
        }
        let room = world.polled(name, "kv_tokens").filter(|tokens| *tokens > 0.0).unwrap_or(step.kv_tokens);
        let anew = endpoint.written_anew(world.now, is_fresh);
        let wanted = anew / (anew + room * (1.0 - kv));

        let held = held_by(world, name);
        let alone = |held: f64| {
            let work = Work { prompt: prompt as u64, cached: held as u64 };
            pace * seconds(work.tokens(), work.pairs())
        };
        let own = alone(held);
        let steps = (1.0 + (ahead + own) / chunk) * beside;
        // One more copy of what several hold counts in part.
        let all: Vec<f64> = world.names().iter().map(|name| held_by(world, name)).collect();
        let longest = all.iter().copied().fold(0.0, f64::max);
        let holders = all.iter().filter(|other| **other == longest).count() as f64;
        let holds_less = all.iter().any(|other| *other > 0.0 && *other < longest);
        let likely = if holds_less { 0.0 } else { world.typical.common() };
        let further = if longest > 0.0 { holders - 1.0 + likely } else { 0.0 };
        let copy = own - alone(longest);
        let own = own - copy + copy / (1.0 + factor(settings, "sharing", 1.0) * further);
        let prefill = ahead + own + steps;
        let under_way = if answers > 0.0 { beside / 2.0 } else { 0.0 };
        let too_many = (answers + line + 1.0 - step.running).max(0.0);
        let room = too_many / step.running * factor(settings, "residence_steps", 200.0) * beside;
        let long = own * factor(settings, "crowding", 2.0) * line.sqrt();
        let back = endpoint.returns.faded(world.now, 60_000.0) * std::f64::consts::LN_2 / 60.0;
        let back = factor(settings, "returning", 1.0) * back * (ahead + alone(held) / 2.0);
        let answering = beside + pace * step.answer * line;
        let to_others = pace * answers * (step.answer + step.context * prompt);
        let busy = pace * endpoint.sent_seconds.faded(world.now, 10_000.0) * std::f64::consts::LN_2 / 10.0;
        let left_to_answers = if busy < 0.9 { 1.0 - busy } else { 0.1 };
        let interrupted =
            factor(settings, "interrupting", 0.015625) * answers * alone(longest) / left_to_answers;
        let lost = own * (factor(settings, "eviction", 1.0) * wanted + 0.05 * kv / (1.0 - kv));
        let price = prefill
            + under_way
            + room
            + long
            + own * back
            + lost
            + interrupted
            + factor(settings, "answer_steps", 12.0) * (answering + to_others)
            + factor(settings, "kv_seconds", 0.01) * kv / (1.0 - kv);
        Self { typical, ahead, price, of_congestion: own }
    }
}
