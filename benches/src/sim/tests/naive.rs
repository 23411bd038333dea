//! The server against a slow second one that shares nothing with it but the requests: every sequence is stepped by itself, sums are made anew in every
//! step, the cache is a list that is searched.

use std::collections::VecDeque;

use super::super::draw::draw;
use super::super::server::{Happened, Server};
use super::super::workload::{Arrival, SimRequest};
use super::super::{Hardware, Workload};
use super::conversations;

#[derive(Clone, Default)]
struct Sequence {
    number: usize,
    generated: u32,
    computed: u32,
    /// It had its whole prompt since it was admitted last, and makes tokens.
    decodes: bool,
    cached: Option<u32>,
    preemptions: u32,
}

/// A request's number, tokens of its prompt that were cached, preemptions.
type Done = (usize, u32, u32);

/// A resident block: its number, how many sequences use it, when it became unused.
struct Resident {
    block: u64,
    users: u32,
    unused_since: u64,
}

struct Naive<'w> {
    requests: &'w [SimRequest],
    block_tokens: u32,
    hardware: Hardware,
    waiting: VecDeque<Sequence>,
    running: Vec<Sequence>,
    cache: Vec<Resident>,
    clock: u64,
}

impl Naive<'_> {
    fn known(&self, sequence: &Sequence) -> u32 {
        self.requests[sequence.number].prompt + sequence.generated
    }

    /// The full blocks of the first `tokens` of the prompt.
    fn full(&self, number: usize, tokens: u32) -> Vec<u64> {
        let request = &self.requests[number];
        request.blocks[..(tokens.min(request.prompt) / self.block_tokens) as usize].to_vec()
    }

    fn loose(&self, sequence: &Sequence) -> u64 {
        let named = self.full(sequence.number, sequence.computed).len() as u32 * self.block_tokens;
        u64::from(sequence.computed - named)
    }

    /// Tokens of space without an owner, when the loose tokens of all but those that come are counted.
    fn space(&self, of: impl Fn(&Resident) -> bool) -> i64 {
        let loose: u64 = self.running.iter().map(|sequence| self.loose(sequence)).sum();
        let blocks = self.cache.iter().filter(|&resident| of(resident)).count() as u64;
        self.hardware.kv_tokens as i64 - (loose + blocks * u64::from(self.block_tokens)) as i64
    }

    /// Evicts until no more space is used than there is.
    fn evict(&mut self) {
        while self.space(|_| true) < 0 {
            let unused = self.cache.iter().enumerate().filter(|(_, resident)| resident.users == 0);
            let (at, _) = unused.min_by_key(|(_, resident)| resident.unused_since).expect("there is space");
            self.cache.remove(at);
        }
    }

    /// The sequence has `tokens` computed after this step, if there is space. It is among those that run.
    fn grow(&mut self, at: usize, tokens: u32) -> bool {
        let sequence = self.running[at].clone();
        let before = self.full(sequence.number, sequence.computed).len();
        let blocks = self.full(sequence.number, tokens)[before..].to_vec();
        self.running[at].computed = tokens;
        let used = |cache: &[Resident], block: u64| cache.iter().any(|r| r.block == block && r.users > 0);
        let more = blocks.iter().filter(|&&block| !used(&self.cache, block)).count() as i64;
        if self.space(|resident| resident.users > 0) < more * i64::from(self.block_tokens) {
            self.running[at].computed = sequence.computed;
            return false;
        }
        for &block in &blocks {
            match self.cache.iter_mut().find(|resident| resident.block == block) {
                Some(resident) => resident.users += 1,
                None => self.cache.push(Resident { block, users: 1, unused_since: 0 }),
            }
        }
        self.evict();
        true
    }

    fn free(&mut self, sequence: &Sequence) {
        for block in self.full(sequence.number, sequence.computed).into_iter().rev() {
            self.clock += 1;
            let resident = self.cache.iter_mut().find(|resident| resident.block == block).expect("in use");
            resident.users -= 1;
            resident.unused_since = self.clock;
        }
    }

    fn preempt(&mut self) {
        let mut sequence = self.running.pop().expect("somebody runs");
        self.free(&sequence);
        (sequence.computed, sequence.decodes) = (0, false);
        sequence.preemptions += 1;
        self.waiting.push_front(sequence);
    }

    /// One step: its time in seconds, who had a first token, who is done.
    fn step(&mut self) -> Option<(f64, Vec<usize>, Vec<Done>)> {
        let Hardware { budget, max_sequences, .. } = self.hardware;
        let (mut left, mut preempted, mut at) = (budget, false, 0);
        // Per sequence: tokens computed before, tokens of this step, whether it decodes.
        let mut batch: Vec<(u32, u32, bool)> = Vec::new();
        while at < self.running.len() {
            let sequence = &self.running[at];
            let (before, known) = (sequence.computed, self.known(sequence));
            let tokens = left.min(known - before);
            if self.grow(at, before + tokens) {
                batch.push((before, tokens, self.running[at].decodes));
                left -= tokens;
                at += 1;
            } else {
                self.preempt();
                preempted = true;
            }
        }
        while !preempted && left > 0 && self.running.len() < max_sequences as usize {
            let Some(mut sequence) = self.waiting.pop_front() else { break };
            let known = self.known(&sequence);
            let resident = |block: &u64| self.cache.iter().any(|resident| resident.block == *block);
            let hit =
                self.full(sequence.number, known - 1).iter().take_while(|block| resident(block)).count();
            let hit = hit as u32 * self.block_tokens;
            let tokens = left.min(known - hit);
            self.running.push(sequence.clone());
            if !self.grow(at, hit + tokens) {
                self.running.pop();
                self.waiting.push_front(sequence);
                break;
            }
            sequence.cached = sequence.cached.or(Some(hit));
            self.running[at].cached = sequence.cached;
            batch.push((hit, tokens, false));
            left -= tokens;
            at += 1;
        }
        if batch.iter().all(|&(_, tokens, _)| tokens == 0) {
            return None;
        }
        let time = self.time(&batch);
        let (mut first, mut done, mut stay) = (Vec::new(), Vec::new(), Vec::new());
        for mut sequence in std::mem::take(&mut self.running) {
            if sequence.computed == self.known(&sequence) {
                (sequence.generated, sequence.decodes) = (sequence.generated + 1, true);
                if sequence.generated == 1 {
                    first.push(sequence.number);
                }
            }
            if sequence.generated == self.requests[sequence.number].output {
                self.free(&sequence);
                done.push((sequence.number, sequence.cached.unwrap_or(0), sequence.preemptions));
            } else {
                stay.push(sequence);
            }
        }
        self.running = stay;
        Some((time, first, done))
    }

    fn time(&self, batch: &[(u32, u32, bool)]) -> f64 {
        let h = &self.hardware;
        let tokens: u32 = batch.iter().map(|&(_, tokens, _)| tokens).sum();
        let mut milliseconds = h.fixed + h.weights.max(h.linear * h.eff * f64::from(tokens));
        let mut any = false;
        for &(before, tokens, decodes) in batch.iter().filter(|&&(_, tokens, _)| tokens > 0) {
            let (c, n) = (f64::from(before), f64::from(tokens));
            milliseconds += 0.0044;
            if decodes {
                milliseconds += h.decode_sequence + h.decode_context * (c + 1.0);
                any = true;
            } else {
                milliseconds += h.attention * h.eff * n * (c + n / 2.0);
            }
        }
        (milliseconds + if any { h.decode } else { 0.0 }) / 1e3
    }
}

/// Steps both through the same arrivals and compares everything that can be seen.
fn compare(workload: &Workload, hardware: &Hardware) -> (usize, u32) {
    let mut server = Server::new(hardware, &workload.requests, workload.block_tokens);
    let mut naive = Naive {
        requests: &workload.requests,
        block_tokens: workload.block_tokens,
        hardware: hardware.clone(),
        waiting: VecDeque::new(),
        running: Vec::new(),
        cache: Vec::new(),
        clock: 0,
    };
    let (mut now, mut next, mut done, mut preemptions) = (0.0, 0, 0, 0);
    while done < workload.requests.len() {
        while let Some(Arrival::At(at)) = workload.requests.get(next).map(|request| request.arrival)
            && (at <= now || next == done)
        {
            server.enqueue(next);
            naive.waiting.push_back(Sequence { number: next, ..Sequence::default() });
            next += 1;
            now = at.max(now);
        }
        let (time, first, finished) = naive.step().expect("there is something to do");
        let step = server.begin().expect("there is something to do");
        assert!((step - time).abs() < 1e-9, "step of {step} s, not {time} s");
        now += time;
        let mut happened = Happened::default();
        server.end(&mut happened);
        assert_eq!(happened.first_tokens, first);
        let left: Vec<_> = happened.finished.iter().map(|l| (l.number, l.cached, l.preemptions)).collect();
        assert_eq!(left, finished);
        let polled = server.polled();
        assert_eq!(polled.waiting as usize, naive.waiting.len());
        assert_eq!(polled.running as usize, naive.running.len());
        let used = hardware.kv_tokens as i64 - naive.space(|resident| resident.users > 0);
        assert!((polled.kv_usage - used as f64 / hardware.kv_tokens as f64).abs() < 1e-12);
        done += finished.len();
        preemptions += finished.iter().map(|&(.., preemptions)| preemptions).sum::<u32>();
    }
    assert!(server.polled().kv_usage.abs() < 1e-12 && server.begin().is_none());
    (done, preemptions)
}

#[test]
fn a_slow_second_server_agrees_in_every_step() {
    let (mut requests, mut preemptions) = (0, 0);
    for seed in 0..12 {
        let pick = |what: u64, of: &[u32]| of[(draw(seed, [9, what, 0]) % of.len() as u64) as usize];
        let scale = u64::from(pick(0, &[30, 80, 200]));
        let workload =
            conversations(seed, 12, f64::from(pick(1, &[0, 1, 5])), pick(2, &[1, 7, 16, 64]), scale);
        let longest = workload.requests.iter().map(|request| request.prompt + request.output).max();
        let max_sequences = pick(4, &[2, 5, 256]);
        let hardware = Hardware {
            kv_tokens: u64::from(longest.expect("there are requests")) * u64::from(pick(3, &[4, 5, 8, 40]))
                / 4,
            max_sequences,
            budget: pick(5, &[max_sequences, 300, 8_192]).max(max_sequences),
            ..Hardware::ALL[(seed % 3) as usize].clone()
        };
        let (done, preempted) = compare(&workload, &hardware);
        requests += done;
        preemptions += preempted;
    }
    assert!(requests > 300 && preemptions > 50, "{requests} {preemptions}");
}
