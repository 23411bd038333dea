//! Rates an endpoint by when the request would be answered there and what that costs the others: the least over its own.

use smallvec::SmallVec;

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::PredictedCompletion;
use crate::signals::{EndpointCell, Polled, Work};

/// Beyond so many prompts that wait for each endpoint, more make no difference.
const MOST_CONGESTION: f64 = 20.0;
/// A prompt that is worked on has at least this share of it left.
const LEAST_LEFT: f64 = 0.1;
/// Shares of the KV cache are held below 1.
const FULLEST: f64 = 0.99;

#[inline(never)]
pub(super) fn rate(
    settings: &PredictedCompletion,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    mut give: impl FnMut(usize, Option<f64>),
) {
    let mut outlooks: SmallVec<[Outlook; 512]> = SmallVec::new();
    let mut pool = Pool::default();
    candidates.for_each(|position| {
        let outlook = facts.cell(position).map_or_else(Outlook::default, |cell| look(settings, facts, cell));
        pool.requests += outlook.requests;
        pool.tokens += outlook.tokens;
        pool.seconds += outlook.seconds;
        pool.members += 1.0;
        outlooks.push(outlook);
    });
    let congestion = settings.congestion * pool.congestion();
    let mut costs: SmallVec<[f64; 4096]> = SmallVec::new();
    let mut least = f64::INFINITY;
    let mut each = outlooks.iter();
    candidates.for_each(|position| {
        let outlook = each.next().copied().unwrap_or_default();
        let cost = cost(settings, facts, position, &outlook, congestion);
        least = least.min(cost);
        costs.push(cost);
    });
    let mut each = costs.iter();
    candidates.for_each(|position| give(position, each.next().map(|cost| least / cost)));
}

/// What lies before the request at one endpoint.
#[derive(Clone, Copy, Default)]
struct Outlook {
    /// Prompts without a first token.
    requests: f64,
    /// Their tokens.
    tokens: f64,
    /// Seconds until they are worked off.
    seconds: f64,
    /// Answers under way.
    answers: f64,
    /// Tokens of their contexts.
    context: f64,
    /// How full the KV cache is, 0..1.
    kv_usage: f64,
    /// How much longer the endpoint takes than it should.
    pace: f64,
}

/// Sums over the candidates.
#[derive(Default)]
struct Pool {
    requests: f64,
    tokens: f64,
    seconds: f64,
    members: f64,
}

impl Pool {
    /// Prompts that wait for each endpoint, in the size of a mean one.
    fn congestion(&self) -> f64 {
        if self.requests > 0.0 { (self.requests / self.members).min(MOST_CONGESTION) } else { 0.0 }
    }
}

fn look(settings: &PredictedCompletion, facts: &Facts<'_>, cell: &EndpointCell) -> Outlook {
    let step = &settings.step;
    let backlog = cell.backlog();
    let own = backlog.waiting();
    let in_flight = f64::from(cell.in_flight());
    let half_life = facts.state.plan.scheduling.half_life;
    let pace = backlog.pace(settings.pace_prior, facts.now, half_life);
    let mut outlook = Outlook {
        requests: own.requests,
        tokens: own.tokens,
        seconds: pace * step.of(own.tokens, own.pairs),
        answers: (in_flight - own.requests).max(0.0),
        context: own.context,
        kv_usage: 0.0,
        pace,
    };
    if let Some(polled) = cell.polled(facts.oldest) {
        add_polled(settings, polled, &mut outlook);
    }
    if own.requests > 0.0 {
        let head = outlook.seconds / own.requests;
        let per_chunk = pace * step.token * step.chunk;
        let answers = pace * (step.step + step.of_answers(outlook.answers, outlook.context));
        let elapsed = backlog.elapsed(facts.now) * per_chunk / (per_chunk + answers);
        let done = elapsed.min(head * (1.0 - LEAST_LEFT));
        outlook.seconds -= done;
    }
    outlook
}

/// What the endpoint says of itself, beyond what we sent there.
fn add_polled(settings: &PredictedCompletion, polled: &Polled, outlook: &mut Outlook) {
    let step = &settings.step;
    if let Some(usage) = polled.kv_usage() {
        outlook.kv_usage = usage;
    }
    let foreign = polled.foreign();
    let waiting = settings.foreign * foreign.waiting;
    // They are as large as ours.
    if outlook.requests > 0.0 {
        let mean = outlook.seconds / outlook.requests;
        outlook.seconds += waiting * mean;
    }
    outlook.requests += waiting;
    outlook.answers += settings.foreign * foreign.running;
    let _ = step;
}

fn cost(
    settings: &PredictedCompletion,
    facts: &Facts<'_>,
    position: usize,
    outlook: &Outlook,
    congestion: f64,
) -> f64 {
    let step = &settings.step;
    let prompt = facts.prompt_tokens;
    let cached = prompt.saturating_sub(facts.uncached_tokens(position));
    let work = Work::new(prompt, cached);
    let own = outlook.pace * step.of(work.tokens().into(), work.pairs());
    let answers = step.of_answers(outlook.answers, outlook.context);
    let a_step = outlook.pace * (step.step + answers);
    let steps = 1.0 + (outlook.seconds + own) / (outlook.pace * step.token * step.chunk);
    let residue = if outlook.answers > 0.0 { a_step / 2.0 } else { 0.0 };
    let first = outlook.seconds + own * (1.0 + congestion) + steps * a_step + residue;
    // The answer takes a step a token, and makes the steps of the others longer.
    let burden = outlook.answers * (step.answer + step.context * f64::from(prompt));
    let kv = outlook.kv_usage.min(FULLEST);
    first * (1.0 + settings.crowding * outlook.requests)
        + settings.answer_steps * outlook.pace * (answers + burden)
        + settings.kv_seconds * kv / (1.0 - kv)
}
