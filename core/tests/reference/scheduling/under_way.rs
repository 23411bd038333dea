//! Requests under way at one endpoint: prompts without a first token, answers, how long prompts took, and what others have there.

use serde_json::Value;

use super::completion::Step;

/// A number of which half is forgotten in a half-life, of milliseconds.
#[derive(Clone, Default)]
pub(crate) struct Sum {
    value: f32,
    unit: u64,
    is_told: bool,
}

/// Times are kept in units of 2^22 ns, uneven ones as the one before.
fn unit(milliseconds: u64) -> u64 {
    milliseconds * 1_000_000 / 4_194_304
}

impl Sum {
    pub(crate) fn get(&self, now: u64, half_life: f64) -> Option<f64> {
        let elapsed = unit(now).saturating_sub(self.unit) as f64 * 4.194_304;
        self.is_told.then(|| f64::from(self.value) * (-elapsed / half_life).exp2())
    }

    /// What it was when it was last told.
    pub(crate) fn latest(&self) -> f64 {
        f64::from(self.value)
    }

    /// What is left where reading it is by halves of another kind: 1 / (1 + time / half-life).
    pub(crate) fn faded(&self, now: u64, half_life: f64) -> f64 {
        let elapsed = unit(now).saturating_sub(self.unit) as f64 * 4.194_304;
        f64::from(self.value) / (1.0 + elapsed / half_life)
    }

    pub(crate) fn add(&mut self, amount: f64, now: u64, half_life: f64) {
        let value = self.get(now, half_life).unwrap_or(0.0) + amount;
        *self = Sum { value: value as f32, unit: unit(now) / 2 * 2, is_told: true };
    }
}

/// Seconds that prompts took, and should have.
#[derive(Clone, Default)]
pub(crate) struct Pace {
    taken: Sum,
    foreseen: Sum,
}

impl Pace {
    pub(crate) fn add(&mut self, taken: f64, foreseen: f64, at: u64, half_life: f64) {
        self.taken.add(taken, at, half_life);
        self.foreseen.add(foreseen, at, half_life);
    }

    /// That of a pool: nothing is forgotten but when more is added.
    pub(crate) fn of_pool(&self, prior: f64) -> f64 {
        let (taken, foreseen) = (f64::from(self.taken.value), f64::from(self.foreseen.value));
        let pace = (taken + prior) / (foreseen + prior);
        if pace.is_finite() && pace > 0.0 { pace } else { 1.0 }
    }

    pub(crate) fn get(&self, prior: f64, otherwise: f64, now: u64) -> f64 {
        let (taken, foreseen) = (self.taken.faded(now, 10_000.0), self.foreseen.faded(now, 10_000.0));
        let pace = (taken + prior * otherwise) / (foreseen + prior);
        if pace.is_finite() && pace > 0.0 { pace } else { otherwise }
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) struct Work {
    pub(crate) prompt: u64,
    pub(crate) cached: u64,
}

impl Work {
    pub(crate) fn tokens(self) -> f64 {
        (self.prompt - self.cached) as f64
    }

    pub(crate) fn pairs(self) -> f64 {
        self.tokens() * (self.cached as f64 + self.tokens() / 2.0)
    }

    /// Pairs in whole units of 1,024.
    fn units(self) -> u64 {
        let tokens = self.prompt - self.cached;
        tokens * (self.cached + tokens / 2) / 1024
    }
}

/// What others have at the endpoint, as of a report.
#[derive(Clone, Default)]
pub(crate) struct Foreign {
    pub(crate) begun: f64,
    pub(crate) waiting: f64,
    pub(crate) running: f64,
}

#[derive(Clone, Default)]
pub(crate) struct UnderWay {
    /// Requests without a first token, their tokens, their pairs in whole units, and the tokens of all prompts in flight.
    pub(crate) requests: u64,
    pub(crate) tokens: u64,
    units: u64,
    pub(crate) context: u64,
    /// The numbers of prompts in the order in which they came, and what they ask.
    line: Vec<(u64, Work)>,
    next: u64,
    /// When the endpoint began with the prompt that it works on.
    since: u64,
    pub(crate) pace: Pace,
    /// Ours at the last report, and what it said of others.
    own: (u64, u64),
    said: Option<Value>,
    begun: u64,
    lost: u64,
    totals: (u64, u64),
    found: f64,
}

impl UnderWay {
    pub(crate) fn pairs(&self) -> f64 {
        self.units as f64 * 1024.0
    }

    /// The prompt that is worked on. In the line none has fewer tokens than one.
    pub(crate) fn first(&self) -> Option<Work> {
        self.known().next().map(|(_, work)| Work { prompt: work.prompt.max(1), cached: work.cached })
    }

    /// The latest 64 are known.
    fn known(&self) -> impl Iterator<Item = &(u64, Work)> {
        self.line.iter().filter(|(number, _)| number + 64 >= self.next)
    }

    pub(crate) fn elapsed(&self, now: u64) -> f64 {
        now.saturating_sub(self.since) as f64 / 1000.0
    }

    pub(crate) fn start(&mut self, at: u64, work: Work) -> u64 {
        if self.requests == 0 {
            self.since = at;
        }
        self.count(work);
        self.line.push((self.next, work));
        self.next += 1;
        self.next - 1
    }

    fn count(&mut self, work: Work) {
        self.context += work.prompt;
        self.requests += 1;
        self.tokens += work.prompt - work.cached;
        self.units += work.units();
    }

    /// The prompt waits no more.
    pub(crate) fn work_off(&mut self, work: Work) {
        self.requests = self.requests.saturating_sub(1);
        self.tokens = self.tokens.saturating_sub(work.prompt - work.cached);
        self.units = self.units.saturating_sub(work.units());
    }

    /// Without a number it is the first in the line that asks as much, prompts of no token and of one being alike.
    pub(crate) fn first_token(&mut self, at: u64, work: Work, number: Option<u64>) {
        self.work_off(work);
        let like = |other: &Work| other.prompt.max(1) == work.prompt.max(1) && other.cached == work.cached;
        let like = self.known().find(|(_, other)| like(other)).map(|(number, _)| *number);
        let number = number.or(like);
        self.line.retain(|(other, _)| Some(*other) != number);
        self.since = at;
    }

    pub(crate) fn began(&self) -> u64 {
        self.since
    }

    pub(crate) fn leave(&mut self, work: Work) {
        self.context = self.context.saturating_sub(work.prompt);
    }

    pub(crate) fn give_up(&mut self, at: u64, number: u64) {
        if self.known().next().is_some_and(|(first, _)| *first == number) {
            self.since = self.since.max(at);
        }
        self.line.retain(|(other, _)| *other != number);
    }

    /// One of so many requests ended, whichever.
    pub(crate) fn end_one_of(&mut self, at: u64, in_flight: u64) {
        let in_flight = in_flight.max(1);
        self.context = self.context.saturating_sub(self.context.div_ceil(in_flight));
        if self.requests >= in_flight {
            self.requests = in_flight - 1;
            let first = self.known().next().copied();
            if let Some((first, _)) = first {
                self.give_up(at, first);
            }
        }
    }

    /// Seconds that a prompt should have taken beside what is under way now; nothing where others have prompts.
    pub(crate) fn foreseen(&self, work: Work, in_flight: u64, step: &Step) -> Option<f64> {
        let foreign = self.foreign();
        if work.prompt == 0 || foreign.waiting > 0.0 || foreign.begun > 0.0 {
            return None;
        }
        let answers = in_flight.saturating_sub(self.requests).saturating_sub(1) as f64;
        let context = self.context.saturating_sub(work.prompt) as f64;
        let seconds = step.token * work.tokens() + step.pair * work.pairs();
        let steps = 1.0 + seconds / (step.token * step.chunk);
        let beside = steps * (step.step + step.answer * answers + step.context * context);
        (seconds > 2.0 * beside).then_some(seconds + beside)
    }

    pub(crate) fn polled(&mut self, report: &Value, in_flight: u64) {
        self.own = (in_flight, self.requests);
        let total = |name: &str| report[name].as_u64();
        let ours = self.requests.saturating_sub(total("waiting").unwrap_or(0)) as usize;
        let ours: u64 = self.known().take(ours).map(|(_, work)| work.prompt.max(1)).sum();
        self.begun = 0;
        if let (Some(queries), Some(prompts)) = (total("prefix_queries"), total("prompt_tokens")) {
            let begun = queries.saturating_sub(prompts);
            self.lost = if total("running") == Some(0) { begun } else { self.lost.min(begun) };
            self.begun = (begun - self.lost).saturating_sub(ours);
        }
        if let (Some(queries), Some(hits)) = (total("prefix_queries"), total("prefix_hits")) {
            let asked = queries.saturating_sub(self.totals.0);
            let found = hits.saturating_sub(self.totals.1).min(asked);
            if asked > 0 {
                self.found = found as f64 / asked as f64;
            }
            self.totals = (queries, hits);
        }
        self.said = Some(report.clone());
    }

    /// What was not ours at the last report, however old.
    pub(crate) fn foreign(&self) -> Foreign {
        let Some(said) = &self.said else { return Foreign::default() };
        let count = |name: &str| said[name].as_f64().unwrap_or(0.0);
        let all = (count("waiting") + count("running") - self.own.0 as f64).max(0.0);
        let waiting = (count("waiting") - self.own.1 as f64).max(0.0).min(all);
        Foreign { begun: (1.0 - self.found) * self.begun as f64, waiting, running: all - waiting }
    }
}
