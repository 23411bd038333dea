//! Rates an endpoint by when the request would be answered there and what that costs others: the least price over its own.
//!
//! A price is seconds. What is ahead is worked off in order, beside the answers under way (vLLM's chunked prefill, first come first served); what a prompt
//! costs those who come after it grows with the lines of the pool.

use smallvec::SmallVec;

use super::prefix_copies::PrefixCopies;
use crate::decide::candidates::{Candidates, in_room};
use crate::decide::facts::Facts;
use crate::plan::PredictedCompletion;
use crate::real::{greater, lesser};
use crate::signals::{EndpointCell, Mean, Polled, Work};
use crate::units::Nanos;

/// Beyond so many prompts that wait for each endpoint, more make no difference.
const MOST_CONGESTION: f64 = 20.0;
/// A prompt that is worked on has at least this share of it left.
const LEAST_LEFT: f64 = 0.1;
/// Answers go on in at least this share of an endpoint's time: beside each chunk of prompts they go on by a token.
const LEAST_GOING: f64 = 0.1;
/// How full a KV cache counts at most, so that its price stays finite.
const FULLEST: f64 = 0.99;
/// How likely a prompt is put back and worked off again, times the used over the free part of the KV cache.
const PUT_BACK: f64 = 0.05;

pub(super) fn rate(
    settings: &PredictedCompletion,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    in_room!(ratings.len(), ROOM => rate_in::<ROOM>(settings, facts, candidates, ratings));
}

#[inline(never)]
fn rate_in<const ROOM: usize>(
    settings: &PredictedCompletion,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let mut prices: SmallVec<[Price; ROOM]> = SmallVec::new();
    prices.resize(ratings.len(), Price::NEVER);
    rate_by(settings, facts, candidates, ratings, &mut prices);
}

/// `prices` is room for one of each candidate.
#[inline(never)]
fn rate_by(
    settings: &PredictedCompletion,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
    prices: &mut [Price],
) {
    let prompt = f64::from(facts.prompt_tokens);
    let half_life = facts.state.plan.scheduling.half_life;
    let pool = &facts.state.pool_cells[facts.pool].typical;
    let prior = settings.prior_seconds();
    let pace = pool.pace().pace(prior, 1.0);
    let mean = pool.mean();
    let mean = mean.unwrap_or(Mean { prompt, tokens: prompt, pairs: prompt * prompt / 2.0 });
    let typical = settings.step.of(mean.tokens, mean.pairs);
    let copies = PrefixCopies::of(settings, facts, candidates);
    let step = &settings.step;
    let (chunk, answer) = (step.of_chunk(), step.answer + step.context * prompt);
    let whole = step.of_work(Work::new(facts.prompt_tokens, 0));
    let pricing =
        Pricing { settings, facts, mean, typical, prior, pace, half_life, copies, chunk, answer, whole };
    let (mut ahead, mut members) = (0.0, 0.0);
    let mut places = prices.iter_mut();
    candidates.for_each(|position| {
        if let (Some(place), Some(cell)) = (places.next(), facts.cell(position)) {
            let outlook = pricing.look(cell);
            ahead += outlook.seconds;
            members += 1.0;
            *place = pricing.price(position, &outlook);
        }
    });
    let lines = if typical > 0.0 { ahead / members / (typical * pace) } else { 0.0 };
    let congestion = settings.congestion * lesser(lines, MOST_CONGESTION);
    let least = prices.iter().fold(f64::INFINITY, |least, price| lesser(price.at(congestion), least));
    for (rating, price) in ratings.iter_mut().zip(&*prices) {
        *rating = least / price.at(congestion);
    }
}

/// What a decision's prices are made of.
struct Pricing<'a> {
    settings: &'a PredictedCompletion,
    facts: &'a Facts<'a>,
    /// The mean request of the pool.
    mean: Mean,
    /// Seconds to work off its prompt.
    typical: f64,
    /// Seconds of prompts that count as having gone like the pool's.
    prior: f64,
    /// How much longer than they should prompts take in the pool.
    pace: f64,
    half_life: Nanos,
    copies: PrefixCopies,
    /// Seconds to work off a full chunk, at a pace of 1.
    chunk: f64,
    /// Seconds that the request's answer makes a step longer, at a pace of 1.
    answer: f64,
    /// Seconds to work off all of the request's prompt, at a pace of 1.
    whole: f64,
}

/// What lies before the request at one endpoint.
#[derive(Clone, Copy)]
struct Outlook {
    /// Prompts without a first token.
    line: f64,
    /// Seconds until they are worked off.
    seconds: f64,
    /// Answers under way.
    answers: f64,
    /// Seconds that a step takes beside its prompts.
    step: f64,
    /// How full the KV cache is, 0..1.
    kv_usage: f64,
    /// How likely what is pushed out of it was still wanted, 0..1.
    wanted: f64,
    /// How much longer the endpoint takes than it should.
    pace: f64,
    /// Requests a second that come back to what it has cached.
    returns: f64,
    /// The share of its time in which answers go on.
    going: f64,
}

/// Seconds, as far as they do not depend on the other endpoints, and those for each prompt that waits for an endpoint of the pool.
#[derive(Clone, Copy)]
struct Price {
    seconds: f64,
    by_congestion: f64,
}

impl Price {
    const NEVER: Self = Self { seconds: f64::INFINITY, by_congestion: 0.0 };

    #[inline]
    fn at(self, congestion: f64) -> f64 {
        self.seconds + self.by_congestion * congestion
    }
}

impl Pricing<'_> {
    fn look(&self, cell: &EndpointCell) -> Outlook {
        let (settings, now) = (self.settings, self.facts.now);
        let (backlog, polled) = (cell.backlog(), cell.polled(self.facts.oldest));
        let (own, foreign) = (backlog.waiting(), polled.map(Polled::foreign).unwrap_or_default());
        let pace = backlog.pace().sums(now, self.half_life).pace(self.prior, self.pace);
        let others = settings.others * foreign.running;
        let answers = cell.answers() + others;
        let step = pace * settings.step.of_answers(answers, backlog.context() + others * self.mean.prompt);
        // What a second works off.
        let chunk = pace * self.chunk;
        let share = chunk / (chunk + step);
        let returns = cell.returns().rate(now);
        let going = greater(1.0 - pace * cell.prefilling().share(now), LEAST_GOING);
        let mut outlook = Outlook {
            line: own.requests,
            seconds: 0.0,
            answers,
            step,
            kv_usage: 0.0,
            wanted: 0.0,
            pace,
            returns,
            going,
        };
        if own.requests > 0.0 {
            outlook.seconds = pace * settings.step.of(own.tokens, own.pairs);
            let mean = || outlook.seconds / own.requests;
            let first = backlog.first().map_or_else(mean, |first| pace * settings.step.of_work(first));
            // A lost ticket's prompt may stand in the line for longer than it counts.
            let first = lesser(first, outlook.seconds);
            outlook.seconds -= lesser(backlog.elapsed(now) * share, first * (1.0 - LEAST_LEFT));
        }
        let capacity = polled.and_then(Polled::kv_tokens).unwrap_or(settings.step.kv_tokens);
        let usage = polled.and_then(Polled::kv_usage).map(|usage| usage + own.tokens / capacity);
        outlook.kv_usage = usage.map_or(0.0, |usage| lesser(usage, FULLEST));
        // What is not in use is kept until as much has come after it; the sooner that is, the likelier somebody comes back too late.
        let fresh = cell.turnover().tokens(polled.is_some(), now);
        outlook.wanted = fresh / (fresh + capacity * (1.0 - outlook.kv_usage));
        let Some(polled) = polled else { return outlook };
        // Of others' prompts those under way are half done on average; those that wait are like ours.
        let begun = if self.mean.tokens > 0.0 { foreign.begun / self.mean.tokens / 2.0 } else { 0.0 };
        let line = begun + foreign.waiting;
        let seconds = pace * self.typical * line;
        let left = seconds - polled.age(now) * share;
        if left > 0.0 {
            outlook.seconds += settings.others * left;
            outlook.line += settings.others * line * left / seconds;
        }
        outlook
    }

    /// Seconds to work off the request's prompt at the member at `position`, at a pace of 1.
    fn prompt(&self, position: usize) -> f64 {
        // Most hold nothing of it.
        match self.facts.cached_tokens(position) {
            0 => self.whole,
            cached => self.settings.step.of_work(Work::new(self.facts.prompt_tokens, cached)),
        }
    }

    fn price(&self, position: usize, outlook: &Outlook) -> Price {
        let settings = self.settings;
        let Outlook { line, seconds, answers, step, kv_usage, wanted, pace, returns, going } = *outlook;
        let own = pace * self.prompt(position);
        // One more copy of what several hold is paid in part by those who come later.
        let paid = self.copies.paid(own, pace);
        let steps = 1.0 + (seconds + own) / (pace * self.chunk);
        // It has to wait for the step under way, on average half of it.
        let residue = if answers > 0.0 { step / 2.0 } else { 0.0 };
        let beyond = greater(answers + line + 1.0 - settings.step.running, 0.0);
        let slot =
            if beyond > 0.0 { beyond * settings.residence_steps * step / settings.step.running } else { 0.0 };
        let first_token = seconds + paid + steps * step + residue + slot;
        // Those who come back while what is ahead is worked off wait for all of it, those who come while it is worked on for half of it on average.
        let delayed = settings.returning * returns * (seconds + own / 2.0);
        let burden = pace * answers * self.answer;
        // Those who wait now answer beside it then.
        let then = step + pace * settings.step.answer * line;
        let odds = kv_usage / (1.0 - kv_usage);
        // What nobody holds is worked off wherever it goes, and the answers under way there stand still meanwhile. Who stands still meets more prompts, for
        // which he stands still again, and so on.
        let interrupted = settings.interrupting * answers * pace * self.copies.least / going;
        // What it costs for its own seconds, beside those who come after it wherever it goes.
        let apart = settings.crowding * line.sqrt() + settings.eviction * wanted + PUT_BACK * odds;
        Price {
            seconds: first_token
                + paid * (apart + delayed)
                + interrupted
                + settings.answer_steps * (then + burden)
                + settings.kv_seconds * odds,
            by_congestion: paid,
        }
    }
}
