//! Preble's E2: exploit a cached prefix of more than half of the prompt, else explore where least work was sent lately.
//!
//! Sources: arXiv:2407.00023 (ICLR '25); WukLab/preble at 8e7906a, preble/global_scheduler_with_time.py (three minutes, ratio 1.5, nothing is shifted before 50
//! requests an endpoint, 0.15 s a token and 45 tokens until measured, eviction cost off); the outline of blitz-serving/blitz-router at 2ee7df6,
//! docs/preble-design.md, which attributes costs to requests where Preble's code attributes them to nodes of its tree. Its tree learns of evictions from
//! the engines; KV events and prompts in flight are that here.
//!
//! * An endpoint's load is the prefill and decode time of what it was sent in the last three minutes.
//! * Exploit: among those that hold the longest prefix, the least load. If that one has the greatest load of all, and more than 1.5 times the least, the least
//!   loaded one instead.
//! * Explore: the least of load, own prefill time and, where it is on, the time to prefill again what would be evicted, weighted by how much of it is hit.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use super::costs::Costs;
use super::draw::Draw;
use super::known::{Known, Sent};
use super::rule::{Rule, Sight};
use crate::sim::Asked;

const WINDOW: f64 = 180.0;
const IMBALANCE: f64 = 1.5;
const REQUESTS_BEFORE_SHIFTS: u64 = 50;
const TIMES_KEPT: usize = 200;

/// Picks by prefix where there is one, by load where there is none.
#[derive(Clone, Debug)]
pub struct Preble {
    costs: Costs,
    evicts: bool,
    endpoints: Vec<Lately>,
    /// When first tokens came.
    began: HashMap<usize, f64, FixedState>,
    generated: f64,
    answers: f64,
}

/// What an endpoint was sent lately.
#[derive(Clone, Debug, Default)]
struct Lately {
    requests: VecDeque<Share>,
    seconds: f64,
    prompt: f64,
    cached: f64,
    /// Seconds a token of the last answers.
    times: VecDeque<f64>,
    median: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Share {
    at: f64,
    seconds: f64,
    prompt: f64,
    cached: f64,
}

impl Lately {
    fn expire(&mut self, now: f64) {
        while let Some(oldest) = self.requests.front().filter(|share| share.at < now - WINDOW).copied() {
            self.requests.pop_front();
            self.seconds -= oldest.seconds;
            self.prompt -= oldest.prompt;
            self.cached -= oldest.cached;
        }
        if self.requests.is_empty() {
            (self.seconds, self.prompt, self.cached) = (0.0, 0.0, 0.0);
        }
    }

    fn push(&mut self, share: Share) {
        self.requests.push_back(share);
        self.seconds += share.seconds;
        self.prompt += share.prompt;
        self.cached += share.cached;
    }

    fn hit_rate(&self) -> f64 {
        if self.prompt > 0.0 { self.cached / self.prompt } else { 0.0 }
    }

    fn took(&mut self, seconds_a_token: f64) {
        self.times.push_back(seconds_a_token);
        if self.times.len() > TIMES_KEPT {
            self.times.pop_front();
        }
        let mut sorted: Vec<f64> = self.times.iter().copied().collect();
        let middle = sorted.len() / 2;
        self.median = Some(*sorted.select_nth_unstable_by(middle, f64::total_cmp).1);
    }
}

impl Preble {
    /// With these times of prefills; whether evictions count.
    pub fn new(costs: Costs, evicts: bool) -> Self {
        let began = HashMap::default();
        Self { costs, evicts, endpoints: Vec::new(), began, generated: 0.0, answers: 0.0 }
    }

    fn decode(&self, endpoint: usize) -> f64 {
        let tokens = if self.answers > 0.0 { self.generated / self.answers } else { 45.0 };
        tokens * self.endpoints[endpoint].median.unwrap_or(0.15)
    }

    fn prefill(&self, known: &Known, endpoint: usize, asked: &Asked<'_>) -> f64 {
        let cached = known.cached(endpoint, asked);
        self.costs.prefill(f64::from(asked.prompt - cached), f64::from(cached))
    }

    fn eviction(&self, known: &Known, endpoint: usize, asked: &Asked<'_>) -> f64 {
        if !self.evicts {
            return 0.0;
        }
        let holds = known.events.count(endpoint) as f64 * f64::from(asked.block_tokens);
        let needs = holds + f64::from(known.uncached(endpoint, asked));
        let evicted = (needs - self.costs.kv_tokens as f64).max(0.0);
        self.endpoints[endpoint].hit_rate() * self.costs.per_token * evicted
    }
}

impl Rule for Preble {
    fn sight(&self) -> Sight {
        Sight::Optimistic
    }

    fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize {
        self.endpoints.iter_mut().for_each(|lately| lately.expire(now));
        let load = |n: usize| self.endpoints[n].seconds;
        let least = draw.least(known.there(), load).unwrap_or_default();
        let longest = known.there().map(|n| known.held[n]).max().unwrap_or(0);
        if 2 * u64::from(longest) * u64::from(asked.block_tokens) <= u64::from(asked.prompt) {
            let cost = |n| load(n) + self.prefill(known, n, asked) + self.eviction(known, n, asked);
            return draw.least(known.there(), cost).unwrap_or_default();
        }
        let chosen = draw.least(known.there().filter(|n| known.held[*n] == longest), load).unwrap_or(least);
        let most = known.there().map(load).fold(0.0, f64::max);
        let sent: u64 = known.endpoints.iter().map(|seen| seen.sent).sum();
        let may_shift = sent >= REQUESTS_BEFORE_SHIFTS * known.there().count() as u64;
        let is_heaviest = load(chosen) >= most && load(chosen) > IMBALANCE * load(least);
        if may_shift && is_heaviest { least } else { chosen }
    }

    fn sent(&mut self, known: &Known, asked: &Asked<'_>, sent: &Sent, now: f64) {
        let seconds = self.prefill(known, sent.endpoint, asked) + self.decode(sent.endpoint);
        let (prompt, cached) = (f64::from(sent.prompt), f64::from(sent.prompt - sent.uncached));
        self.endpoints[sent.endpoint].push(Share { at: now, seconds, prompt, cached });
    }

    fn first_token(&mut self, sent: &Sent, now: f64) {
        self.began.insert(sent.number, now);
    }

    fn ended(&mut self, sent: &Sent, generated: Option<u32>, now: f64) {
        let began = self.began.remove(&sent.number);
        let Some(generated) = generated else { return };
        self.generated += f64::from(generated);
        self.answers += 1.0;
        if let Some(began) = began.filter(|_| generated > 1) {
            self.endpoints[sent.endpoint].took((now - began) / f64::from(generated - 1));
        }
    }

    fn appeared(&mut self, endpoint: usize) {
        if self.endpoints.len() <= endpoint {
            self.endpoints.resize_with(endpoint + 1, Lately::default);
        }
        self.endpoints[endpoint] = Lately::default();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    const COSTS: Costs = Costs { per_token: 0.001, per_pair: 0.0, kv_tokens: 100 };

    #[test]
    fn more_than_half_is_exploited_and_half_is_not() {
        let mut gateway = ported(Preble::new(COSTS, false), 3);
        gateway.stored(2, None, &[1, 2], 0.0);
        assert_eq!(gateway.dispatch(0, &asked(&[1, 2, 3]), 0.0), 2);
        assert_eq!(gateway.dispatch(1, &asked(&[1, 2, 3]), 0.0), 2, "though it has all the load");
        // Half of it: 0.032 s less to prefill there do not outweigh two requests of 0.016 + 6.75 s.
        assert_ne!(gateway.dispatch(2, &asked(&[1, 2, 8, 9]), 0.0), 2);
    }

    #[test]
    fn loads_are_those_of_three_minutes() {
        let mut gateway = ported(Preble::new(COSTS, false), 2);
        let first = gateway.dispatch(0, &asked(&[1]), 0.0);
        let seconds = |gateway: &super::super::Ported<Preble>, n: usize| gateway.rule().endpoints[n].seconds;
        assert!((seconds(&gateway, first) - (0.016 + 45.0 * 0.15)).abs() < 1e-12);
        gateway.first_token(0, 1.0);
        gateway.finished(0, 11, 1.2);
        // Answers of 11 tokens, 0.02 s each: both count from now on.
        let second = gateway.dispatch(1, &asked(&[2]), 2.0);
        assert_ne!(second, first);
        assert!((seconds(&gateway, second) - (0.016 + 11.0 * 0.15)).abs() < 1e-12, "not measured there yet");
        assert_eq!(gateway.dispatch(2, &asked(&[3]), 181.0), first, "the first one lapsed");
        assert!((seconds(&gateway, first) - (0.016 + 11.0 * 0.02)).abs() < 1e-12);
    }

    #[test]
    fn a_prefix_is_shared_out_when_its_endpoint_is_too_far_ahead() {
        let mut gateway = ported(Preble::new(COSTS, false), 2);
        gateway.stored(0, None, &[1, 2], 0.0);
        let picks: Vec<usize> = (0..102).map(|n| gateway.dispatch(n, &asked(&[1, 2]), 0.0)).collect();
        assert_eq!(picks[..100], [0; 100], "nothing is shifted before 50 requests each");
        assert_eq!(picks[100], 1);
        // Now both hold it.
        assert_eq!(picks[101], 1);
    }

    #[test]
    fn what_must_be_evicted_counts_as_far_as_it_is_hit() {
        let mut gateway = ported(Preble::new(COSTS, true), 2);
        gateway.stored(0, None, &[1, 2, 3, 4], 0.0);
        gateway.stored(1, None, &[51, 52, 53, 54, 55, 56], 0.0);
        gateway.dispatch(0, &asked(&[1, 2, 3, 4]), 0.0);
        let other = asked(&[70, 71, 72]);
        assert_eq!(gateway.dispatch(1, &other, 0.0), 1, "6.75 s of load are there");
        let cost = |n| gateway.rule().eviction(gateway.known(), n, &other);
        // 64 + 48 tokens are 12 too many, all of which are hit; 96 + 48 are 44 too many, none of which is hit.
        assert!((cost(0) - 0.012).abs() < 1e-12 && cost(1) == 0.0, "{} {}", cost(0), cost(1));
    }
}
