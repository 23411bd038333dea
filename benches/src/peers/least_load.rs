//! smg's `least_load`: the time in which an endpoint will have worked off its tokens, and a barrier before its KV cache is full.
//!
//! Source: lightseekorg/smg at 73da68c, model_gateway/src/policies/least_load.rs:
//! `(queued + sent since the poll) / throughput + 0.15 s * k / (1 - k)`, the first of the least. Throughput is that of generated tokens, 2,000 a second where it
//! is not known; an endpoint that was not asked yet, while others were, is taken to need 1,024 tokens a request in flight at the mean throughput; where none was,
//! requests in flight decide. Loads are asked for every 10 s. An engine of its own kind tells how many tokens are queued; vLLM tells only requests, which are
//! taken to be as long as the prompts that this gateway has sent.

use super::draw::Draw;
use super::known::{Known, Sent};
use super::rule::Rule;
use crate::sim::{Asked, Polled};

const PRESSURE_SECONDS: f64 = 0.15;
const MEAN_PREFILL: f64 = 1024.0;
const THROUGHPUT: f64 = 2000.0;

/// Picks the least expected wait.
#[derive(Clone, Debug)]
pub struct LeastLoad {
    ask_every: f64,
    reports: Vec<Option<Report>>,
    sent_tokens: f64,
    sent_requests: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Report {
    at: f64,
    generated: u64,
    queued: f64,
    throughput: f64,
    usage: f64,
    /// Tokens sent since.
    sent: f64,
}

impl LeastLoad {
    /// Which listens to a scrape only when the last one it listened to is so many seconds old; 10 by default.
    pub fn asking_every(seconds: f64) -> Self {
        Self { ask_every: seconds, reports: Vec::new(), sent_tokens: 0.0, sent_requests: 0.0 }
    }
}

impl Rule for LeastLoad {
    fn pick(&mut self, known: &Known, _asked: &Asked<'_>, _now: f64, _draw: &mut Draw) -> usize {
        let report = |n: usize| self.reports.get(n).copied().flatten();
        let rates = || known.there().filter_map(report).map(|report| report.throughput).filter(|t| *t > 0.0);
        let nominal =
            if rates().count() > 0 { rates().sum::<f64>() / rates().count() as f64 } else { THROUGHPUT };
        let any = known.there().any(|n| report(n).is_some());
        let score = |n: usize| match report(n) {
            Some(report) => {
                let throughput = if report.throughput > 0.0 { report.throughput } else { THROUGHPUT };
                let usage = report.usage.clamp(0.0, 0.999);
                (report.queued + report.sent) / throughput + PRESSURE_SECONDS * usage / (1.0 - usage)
            }
            None if any => f64::from(known.endpoints[n].in_flight) * MEAN_PREFILL / nominal,
            None => f64::from(known.endpoints[n].in_flight),
        };
        known.there().min_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or_default()
    }

    fn sent(&mut self, _known: &Known, asked: &Asked<'_>, sent: &Sent, _now: f64) {
        self.sent_tokens += f64::from(asked.prompt);
        self.sent_requests += 1.0;
        if let Some(Some(report)) = self.reports.get_mut(sent.endpoint) {
            report.sent += f64::from(asked.prompt);
        }
    }

    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64) {
        let Some(slot) = self.reports.get_mut(endpoint) else { return };
        // A scrape that comes a little early is the one that was asked for.
        if slot.is_some_and(|last| now - last.at < 0.999 * self.ask_every) {
            return;
        }
        let mean =
            if self.sent_requests > 0.0 { self.sent_tokens / self.sent_requests } else { MEAN_PREFILL };
        let throughput = slot.filter(|last| now > last.at).map_or(0.0, |last| {
            polled.generation_tokens.saturating_sub(last.generated) as f64 / (now - last.at)
        });
        *slot = Some(Report {
            at: now,
            generated: polled.generation_tokens,
            queued: f64::from(polled.waiting) * mean,
            throughput,
            usage: polled.kv_usage,
            sent: 0.0,
        });
    }

    fn appeared(&mut self, endpoint: usize) {
        if self.reports.len() <= endpoint {
            self.reports.resize(endpoint + 1, None);
        }
        self.reports[endpoint] = None;
    }

    fn gone(&mut self, endpoint: usize) {
        self.reports[endpoint] = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, known, ported, says};
    use super::*;
    use crate::sim::Gateway;

    fn report(queued: f64, usage: f64, throughput: f64) -> Option<Report> {
        Some(Report { at: 0.0, generated: 0, queued, throughput, usage, sent: 0.0 })
    }

    fn pick(reports: [Option<Report>; 2], known: &Known) -> usize {
        let mut rule = LeastLoad { reports: reports.to_vec(), ..LeastLoad::asking_every(10.0) };
        rule.pick(known, &asked(&[]), 0.0, &mut Draw::new(1))
    }

    #[test]
    fn the_published_examples_hold() {
        let mut two = known(2);
        assert_eq!(pick([report(8000.0, 0.2, 100.0), report(1000.0, 0.2, 100.0)], &two), 1, "80 s, 10 s");
        assert_eq!(pick([report(5000.0, 0.2, 50.0), report(5000.0, 0.2, 500.0)], &two), 1, "100 s, 10 s");
        assert_eq!(pick([report(10_000.0, 0.2, 0.0), report(1000.0, 0.2, 0.0)], &two), 1, "5 s, 0.5 s");
        assert_eq!(pick([report(0.0, 0.98, 100.0), report(0.0, 0.0, 100.0)], &two), 1, "7.35 s, 0 s");
        assert_eq!(pick([report(0.0, 2.0, 100.0), report(14_900.0, 0.0, 100.0)], &two), 1, "149.85 s, 149 s");
        two.endpoints[1].in_flight = 5;
        assert_eq!(pick([report(4000.0, 0.0, 100.0), None], &two), 0, "40 s, 5 * 1024 / 100 = 51.2 s");
        assert_eq!(pick([report(5200.0, 0.0, 100.0), None], &two), 1);
        assert_eq!(pick([None, None], &two), 0, "0 and 5 in flight");
    }

    #[test]
    fn what_was_sent_since_the_poll_counts_until_the_next() {
        let mut gateway = ported(LeastLoad::asking_every(10.0), 2);
        (0..2).for_each(|n| gateway.polled(n, &says(0, 0, 0.1), 0.0));
        assert_ne!(gateway.dispatch(0, &asked(&[1]), 0.0), gateway.dispatch(1, &asked(&[2]), 0.0));
        gateway.polled(0, &says(9, 9, 0.9), 5.0);
        assert_eq!(gateway.rule().reports[0].map(|report| (report.at, report.sent)), Some((0.0, 16.0)));
        let polled = Polled { generation_tokens: 500, ..says(3, 1, 0.5) };
        gateway.polled(0, &polled, 10.0);
        let expected =
            Report { at: 10.0, generated: 500, queued: 48.0, throughput: 50.0, usage: 0.5, sent: 0.0 };
        assert_eq!(gateway.rule().reports[0], Some(expected));
    }
}
