//! A rule as a gateway: keeps the ledger and asks the rule.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use super::draw::Draw;
use super::holders::{Active, leading};
use super::known::{Known, Seen, Sent};
use super::rule::{Rule, Sight};
use crate::sim::{Asked, Gateway, Polled};

/// A rule with the ledger that it reads: a gateway.
#[derive(Clone, Debug)]
pub struct Ported<R> {
    rule: R,
    known: Known,
    sent: HashMap<usize, Sent, FixedState>,
    active: Active,
    /// Prompts that count as held until then.
    speculated: VecDeque<(f64, usize, Box<[u64]>)>,
    draw: Draw,
}

impl<R: Rule> Ported<R> {
    /// A gateway that follows the rule, with this seed for ties and chance.
    pub fn new(rule: R, seed: u64) -> Self {
        Self {
            rule,
            known: Known::default(),
            sent: HashMap::default(),
            active: Active::default(),
            speculated: VecDeque::new(),
            draw: Draw::new(seed),
        }
    }

    /// What it knows.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    #[cfg(test)]
    pub(super) fn rule_mut(&mut self) -> &mut R {
        &mut self.rule
    }

    fn look(&mut self, asked: &Asked<'_>, now: f64) {
        while let Some((until, ..)) = self.speculated.front()
            && *until <= now
            && let Some((_, endpoint, blocks)) = self.speculated.pop_front()
        {
            self.active.drop(endpoint, &blocks);
        }
        let Known { endpoints, held, events } = &mut self.known;
        held.resize(endpoints.len(), 0);
        match self.rule.sight() {
            Sight::Nothing => held.fill(0),
            Sight::Events => leading(asked.blocks, &[events], held),
            Sight::Speculative(_) | Sight::Optimistic => {
                leading(asked.blocks, &[events, self.active.holders()], held);
            }
        }
    }

    fn end(&mut self, number: usize, generated: Option<u32>, now: f64) {
        let Some(sent) = self.sent.remove(&number) else { return };
        self.known.endpoints[sent.endpoint].end(&sent, now);
        if self.rule.sight() == Sight::Optimistic {
            self.active.drop(sent.endpoint, &sent.blocks);
        }
        self.rule.ended(&sent, generated, now);
    }
}

impl<R: Rule> Gateway for Ported<R> {
    fn dispatch(&mut self, number: usize, asked: &Asked<'_>, now: f64) -> usize {
        self.look(asked, now);
        let endpoint = self.rule.pick(&self.known, asked, now, &mut self.draw);
        let uncached = self.known.uncached(endpoint, asked);
        let seen = &mut self.known.endpoints[endpoint];
        assert!(seen.there, "endpoint {endpoint} is not there");
        seen.send(number, asked, uncached, now);
        let sent = Sent {
            number,
            endpoint,
            at: now,
            prompt: asked.prompt,
            uncached,
            answers: false,
            blocks: Box::from(asked.blocks),
            has_partial: !asked.prompt.is_multiple_of(asked.block_tokens),
        };
        match self.rule.sight() {
            Sight::Nothing | Sight::Events => {}
            Sight::Optimistic => self.active.add(endpoint, asked.blocks),
            Sight::Speculative(seconds) => {
                self.active.add(endpoint, asked.blocks);
                self.speculated.push_back((now + seconds, endpoint, sent.blocks.clone()));
            }
        }
        self.rule.sent(&self.known, asked, &sent, now);
        self.sent.insert(number, sent);
        endpoint
    }

    fn first_token(&mut self, number: usize, now: f64) {
        if let Some(sent) = self.sent.get_mut(&number)
            && !sent.answers
        {
            sent.answers = true;
            self.known.endpoints[sent.endpoint].prefilled(sent, now);
            self.rule.first_token(sent, now);
        }
    }

    fn finished(&mut self, number: usize, generated: u32, now: f64) {
        self.end(number, Some(generated), now);
    }

    fn failed(&mut self, number: usize, now: f64) {
        self.end(number, None, now);
    }

    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64) {
        let seen = &mut self.known.endpoints[endpoint];
        (seen.polled, seen.polled_at) = (*polled, Some(now));
        (seen.sent_since_poll, seen.tokens_since_poll) = (0, 0);
        self.rule.polled(endpoint, polled, now);
    }

    fn stored(&mut self, endpoint: usize, _parent: Option<u64>, blocks: &[u64], _now: f64) {
        if self.known.endpoints[endpoint].there && self.rule.sight() != Sight::Nothing {
            blocks.iter().for_each(|block| _ = self.known.events.insert(endpoint, *block));
        }
    }

    fn removed(&mut self, endpoint: usize, blocks: &[u64], _now: f64) {
        blocks.iter().for_each(|block| self.known.events.remove(endpoint, *block));
    }

    fn appeared(&mut self, endpoint: usize, _now: f64) {
        if self.known.endpoints.len() <= endpoint {
            self.known.endpoints.resize_with(endpoint + 1, Seen::default);
        }
        let seen = &mut self.known.endpoints[endpoint];
        (seen.there, seen.polled, seen.polled_at) = (true, Polled::default(), None);
        (seen.sent_since_poll, seen.tokens_since_poll) = (0, 0);
        self.rule.appeared(endpoint);
    }

    fn gone(&mut self, endpoint: usize, _now: f64) {
        self.known.endpoints[endpoint].there = false;
        self.known.events.clear(endpoint);
        self.rule.gone(endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::testing::{asked, ported, says};
    use super::*;

    /// A rule at random that sees as much as the test says.
    struct Seeing(Sight);

    impl Rule for Seeing {
        fn sight(&self) -> Sight {
            self.0
        }

        fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize {
            Random.pick(known, asked, now, draw)
        }
    }

    #[test]
    fn the_ledger_is_what_adding_up_all_requests_gives() {
        for sight in [Sight::Nothing, Sight::Events, Sight::Speculative(3.0), Sight::Optimistic] {
            let mut draw = Draw::new(4);
            let mut gateway = ported(Seeing(sight), 4);
            let mut live: Vec<Sent> = Vec::new();
            for number in 0..3000 {
                let now = number as f64;
                let family = draw.below(4) as u64;
                let blocks: Vec<u64> = (0..draw.below(6) as u64).map(|n| 10 * family + n).collect();
                let endpoint = gateway.dispatch(number, &asked(&blocks), now);
                live.push(gateway.sent[&number].clone());
                match draw.below(4) {
                    0 => gateway.stored(endpoint, None, &blocks, now),
                    1 => gateway.removed(endpoint, &blocks, now),
                    _ => {}
                }
                while draw.below(5) != 0 && !live.is_empty() {
                    let n = draw.below(live.len());
                    if draw.below(2) == 0 {
                        live[n].answers = true;
                        gateway.first_token(live[n].number, now);
                    } else {
                        let ended = live.remove(n);
                        gateway.finished(ended.number, 4, now);
                        gateway.failed(ended.number, now);
                    }
                }
                for (n, seen) in gateway.known.endpoints.iter().enumerate() {
                    let mine = || live.iter().filter(|sent| sent.endpoint == n);
                    let waiting = || mine().filter(|sent| !sent.answers);
                    assert_eq!(seen.in_flight as usize, mine().count());
                    assert_eq!(seen.context, mine().map(|sent| u64::from(sent.prompt)).sum::<u64>());
                    assert_eq!(seen.prefill, waiting().map(|sent| u64::from(sent.uncached)).sum::<u64>());
                    assert_eq!(seen.waiting_here(), waiting().count());
                    let oldest = waiting().min_by_key(|sent| sent.number);
                    assert_eq!(seen.oldest().map(|o| o.uncached), oldest.map(|sent| sent.uncached));
                }
            }
        }
    }

    #[test]
    fn sights_differ_in_how_long_a_prompt_counts() {
        let held = |sight, now| {
            let mut gateway = ported(Seeing(sight), 1);
            gateway.dispatch(0, &asked(&[1, 2]), 0.0);
            gateway.dispatch(1, &asked(&[1, 2, 3]), now);
            gateway.known.held[0]
        };
        assert_eq!([held(Sight::Nothing, 1.0), held(Sight::Events, 1.0)], [0, 0]);
        assert_eq!([held(Sight::Speculative(2.0), 1.9), held(Sight::Speculative(2.0), 2.0)], [2, 0]);
        assert_eq!(held(Sight::Optimistic, 900.0), 2);
        let mut gateway = ported(Seeing(Sight::Optimistic), 1);
        gateway.dispatch(0, &asked(&[1, 2]), 0.0);
        gateway.finished(0, 1, 1.0);
        gateway.dispatch(1, &asked(&[1]), 1.0);
        assert_eq!(gateway.known.held[0], 0, "nothing said that it is cached");
    }

    #[test]
    fn the_oldest_prefill_counts_from_when_no_older_one_is_left() {
        let mut gateway = ported(Seeing(Sight::Events), 1);
        let since = |gateway: &Ported<Seeing>| gateway.known.endpoints[0].oldest().map(|oldest| oldest.since);
        (0..3).for_each(|number| _ = gateway.dispatch(number, &asked(&[1]), 1.0 + number as f64));
        gateway.first_token(1, 5.0);
        assert_eq!(since(&gateway), Some(1.0));
        gateway.failed(0, 6.0);
        assert_eq!(since(&gateway), Some(6.0));
        gateway.first_token(2, 7.0);
        assert_eq!(since(&gateway), None);
        gateway.dispatch(3, &asked(&[1]), 8.0);
        assert_eq!(since(&gateway), Some(8.0));
    }

    #[test]
    fn who_comes_back_is_asked_anew_and_holds_nothing() {
        let mut gateway = ported(Seeing(Sight::Events), 1);
        gateway.stored(0, None, &[1], 0.0);
        gateway.polled(0, &says(4, 5, 0.5), 0.0);
        gateway.gone(0, 1.0);
        gateway.stored(0, None, &[2], 1.0);
        gateway.appeared(0, 2.0);
        let seen = &gateway.known.endpoints[0];
        assert_eq!((seen.polled, seen.polled_at), (Polled::default(), None));
        gateway.dispatch(0, &asked(&[1, 2]), 3.0);
        assert_eq!(gateway.known.events.count(0), 0);
        assert_eq!(gateway.known.endpoints[0].tokens_since_poll, 32);
    }
}
