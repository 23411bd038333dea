//! Rates an endpoint by when the request would be answered there and what that costs the others: the least over its own.

use smallvec::SmallVec;

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::PredictedCompletion;
use crate::signals::{EndpointCell, Mean, Polled, Work};

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
    let prompt = f64::from(facts.prompt_tokens);
    let mean = facts.state.pool_cells[facts.pool].typical.mean(facts.now);
    let mean = mean.unwrap_or(Mean { prompt, tokens: prompt, pairs: prompt * prompt / 2.0 });
    let mut outlooks: SmallVec<[Outlook; 512]> = SmallVec::new();
    let (mut seconds, mut members) = (0.0, 0.0);
    candidates.for_each(|position| {
        let outlook =
            facts.cell(position).map_or_else(Outlook::default, |cell| look(settings, facts, &mean, cell));
        seconds += outlook.seconds;
        members += 1.0;
        outlooks.push(outlook);
    });
    let typical = settings.step.of(mean.tokens, mean.pairs);
    let congestion = if typical > 0.0 { (seconds / members / typical).min(MOST_CONGESTION) } else { 0.0 };
    let mut costs: SmallVec<[f64; 4096]> = SmallVec::new();
    let mut least = f64::INFINITY;
    let mut each = outlooks.iter();
    candidates.for_each(|position| {
        let outlook = each.next().copied().unwrap_or_default();
        let cost = cost(settings, facts, position, &outlook, settings.congestion * congestion);
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
    unanswered: f64,
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

fn look(settings: &PredictedCompletion, facts: &Facts<'_>, mean: &Mean, cell: &EndpointCell) -> Outlook {
    let step = &settings.step;
    let backlog = cell.backlog();
    let own = backlog.waiting();
    let in_flight = f64::from(cell.in_flight());
    let half_life = facts.state.plan.scheduling.half_life;
    let pace = backlog.pace(settings.pace_prior, facts.now, half_life);
    let mut outlook = Outlook {
        unanswered: own.requests,
        seconds: pace * step.of(own.tokens, own.pairs),
        answers: (in_flight - own.requests).max(0.0),
        context: own.context,
        kv_usage: 0.0,
        pace,
    };
    let polled = cell.polled(facts.oldest);
    let foreign = polled.map(|polled| polled.foreign()).unwrap_or_default();
    outlook.answers += settings.foreign * foreign.answered;
    outlook.context += settings.foreign * foreign.answered * mean.prompt;
    let per_chunk = pace * step.token * step.chunk;
    let per_step = pace * (step.step + step.of_answers(outlook.answers, outlook.context));
    let share = per_chunk / (per_chunk + per_step);
    if own.requests > 0.0 {
        let head = backlog.first().map_or(outlook.seconds / own.requests, |first| {
            pace * step.of(first.tokens().into(), first.pairs())
        });
        let done = (backlog.elapsed(facts.now) * share).min(head * (1.0 - LEAST_LEFT));
        outlook.seconds -= done;
    }
    if let Some(polled) = polled {
        outlook.kv_usage = kv_usage(settings, polled, own.tokens);
        // What was begun with is half done, on average; after that the queue is as large as what we send ourselves.
        let in_means = if mean.tokens > 0.0 { foreign.begun / mean.tokens } else { 0.0 };
        let requests = in_means / 2.0 + foreign.waiting;
        let ahead = pace * step.of(mean.tokens, mean.pairs) * requests;
        let left = ahead - polled.age(facts.now) * share;
        if left > 0.0 {
            outlook.seconds += settings.foreign * left;
            outlook.unanswered += settings.foreign * requests * left / ahead;
        }
    }
    outlook
}

fn kv_usage(settings: &PredictedCompletion, polled: &Polled, sent: f64) -> f64 {
    let tokens = polled.kv_tokens().unwrap_or(settings.step.kv_tokens);
    polled.kv_usage().map_or(0.0, |usage| usage + sent / tokens)
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
    let slots = (outlook.answers + outlook.unanswered + 1.0 - step.running).max(0.0);
    let slot_wait = slots * settings.residence_steps * a_step / step.running;
    (first + slot_wait) * (1.0 + settings.crowding * outlook.unanswered)
        + settings.answer_steps * outlook.pace * (answers + burden)
        + settings.kv_seconds * kv / (1.0 - kv)
}
