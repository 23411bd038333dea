//! One model server: how vLLM V1 forms its batches.
//!
//! A step first gives every running sequence its next token, then the prompt that is partly worked off its next chunk, then takes requests that wait, first
//! come, first served, while tokens of the budget, places in the batch and KV space are left. A prompt's leading blocks that are in the cache are not
//! computed again, its last token always is. When KV space runs out, the newest request of the batch goes back to the head of the queue and is computed
//! again from its start later.
//!
//! At most one prompt is partly worked off, and it is the newest of the batch: its chunk took what was left of the budget.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::cache::{Cache, Change};
use super::gateway::Polled;
use super::hardware::{Batch, Hardware};
use super::workload::SimRequest;

#[derive(Debug)]
pub(super) struct Server<'w> {
    hardware: &'w Hardware,
    requests: &'w [SimRequest],
    block_tokens: u32,
    cache: Cache,
    waiting: VecDeque<Job>,
    /// In order of admission.
    running: Vec<Job>,
    /// The newest of the batch has tokens of its prompt left that no step has.
    partial: bool,
    /// The head of the queue found no KV space when so many blocks had been evicted, and nothing was given back since. It needs the same space until one
    /// of its own blocks is evicted: then its next chunk may reach less far.
    blocked: Option<u64>,
    /// The step under way.
    batch: Batch,
    steps: u64,
    admitted: u64,
    /// The step with whose end a sequence is complete, and the sequence.
    ends: BinaryHeap<Reverse<(u64, u64)>>,
    /// Tokens of context of all sequences that decode, the token to work on included.
    context: u64,
    totals: Polled,
}

/// A request at a server.
#[derive(Clone, Debug)]
struct Job {
    number: usize,
    /// Tokens of the answer, as of step `since`.
    generated: u32,
    since: u64,
    /// Tokens whose keys and values are known, those of the step under way included, as of step `since`.
    computed: u32,
    /// Blocks in use.
    held: usize,
    admission: u64,
    cached: Option<u32>,
    preemptions: u32,
}

/// What a server says of a request that leaves it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Left {
    pub(super) number: usize,
    /// Tokens of its prompt that were found in the cache.
    pub(super) cached: u32,
    pub(super) preemptions: u32,
}

/// What came with the end of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Happened {
    pub(super) first_tokens: Vec<usize>,
    pub(super) finished: Vec<Left>,
}

impl<'w> Server<'w> {
    pub(super) fn new(hardware: &'w Hardware, requests: &'w [SimRequest], block_tokens: u32) -> Self {
        Self {
            hardware,
            requests,
            block_tokens,
            cache: Cache::new(hardware.kv_tokens, block_tokens),
            waiting: VecDeque::new(),
            running: Vec::new(),
            partial: false,
            blocked: None,
            batch: Batch::default(),
            steps: 0,
            admitted: 0,
            ends: BinaryHeap::new(),
            context: 0,
            totals: Polled::default(),
        }
    }

    /// A request comes.
    pub(super) fn enqueue(&mut self, number: usize) {
        self.waiting.push_back(Job {
            number,
            generated: 0,
            since: 0,
            computed: 0,
            held: 0,
            admission: 0,
            cached: None,
            preemptions: 0,
        });
    }

    /// Forms the next batch. Answers the seconds that it takes, nothing if there is nothing to do.
    pub(super) fn begin(&mut self) -> Option<f64> {
        self.batch = Batch::default();
        let before = self.running.len();
        // The oldest take their tokens first, from unused blocks too; when nothing is left for the next one, the newest makes room.
        let mut taken = 0;
        while self.decoding() as u64 - taken > self.cache.available() {
            let tokens = self.cache.available();
            self.cache.take(tokens);
            taken += tokens;
            self.preempt_newest();
        }
        let decodes = self.decoding() as u32;
        self.cache.take(u64::from(decodes) - taken);
        (self.batch.decodes, self.batch.context) = (decodes, self.context);
        let mut budget = self.hardware.budget - decodes;
        if self.partial && budget > 0 && !self.next_chunk(&mut budget) {
            self.preempt_newest();
        }
        if self.running.len() == before {
            while budget > 0 && self.admit(&mut budget) {}
        }
        (self.batch.decodes + self.batch.chunks > 0).then(|| self.hardware.step_time(&self.batch))
    }

    /// Ends the step under way.
    pub(super) fn end(&mut self, happened: &mut Happened) {
        self.steps += 1;
        self.context += u64::from(self.batch.decodes);
        self.totals.generation_tokens += u64::from(self.batch.decodes);
        let mut fresh = self.batch.decodes as usize;
        while let Some(&Reverse((step, admission))) = self.ends.peek()
            && step <= self.steps
        {
            self.ends.pop();
            if let Ok(at) = self.running.binary_search_by_key(&admission, |job| job.admission) {
                self.finish(at, happened);
                fresh -= 1;
            }
        }
        while fresh < self.decoding() {
            let job = &mut self.running[fresh];
            let request = &self.requests[job.number];
            (job.generated, job.since) = (job.generated + 1, self.steps);
            self.totals.generation_tokens += 1;
            self.context += u64::from(request.prompt + job.generated);
            if job.generated == 1 {
                self.totals.prompt_tokens += u64::from(request.prompt);
                happened.first_tokens.push(job.number);
            }
            if job.generated == request.output {
                self.finish(fresh, happened);
            } else {
                self.ends
                    .push(Reverse((self.steps + u64::from(request.output - job.generated), job.admission)));
                fresh += 1;
            }
        }
    }

    /// What the server says when it is scraped.
    pub(super) fn polled(&self) -> Polled {
        Polled {
            waiting: self.waiting.len() as u32,
            running: self.running.len() as u32,
            kv_usage: self.cache.usage(),
            ..self.totals
        }
    }

    /// What changed in the cache since the last call.
    pub(super) fn changes(&mut self) -> std::vec::Drain<'_, Change> {
        self.cache.changes()
    }

    /// All requests that are here, in order of admission, then of the queue.
    pub(super) fn left(&self) -> impl Iterator<Item = Left> {
        self.running.iter().chain(&self.waiting).map(Job::left)
    }

    /// Sequences of the batch whose whole prompt is computed when the step under way is over.
    fn decoding(&self) -> usize {
        self.running.len() - usize::from(self.partial)
    }

    fn blocks(&self, number: usize) -> &'w [u64] {
        let request = &self.requests[number];
        let full = (request.prompt / self.block_tokens) as usize;
        &request.blocks[..full.min(request.blocks.len())]
    }

    /// Gives the newest of the batch its next chunk, if there is KV space for it.
    fn next_chunk(&mut self, budget: &mut u32) -> bool {
        let Some(mut job) = self.running.pop() else { return false };
        let done = self.chunk(&mut job, 0, budget);
        self.running.push(job);
        done
    }

    /// Takes the head of the queue into the batch, if there are a place and KV space for it.
    fn admit(&mut self, budget: &mut u32) -> bool {
        let full = self.running.len() >= self.hardware.max_sequences as usize;
        if full || self.blocked == Some(self.cache.evicted()) {
            return false;
        }
        let Some(mut job) = self.waiting.pop_front() else { return false };
        let known = self.requests[job.number].prompt + job.generated;
        let blocks = self.blocks(job.number);
        let hit = self.cache.hit(&blocks[..blocks.len().min(((known - 1) / self.block_tokens) as usize)]);
        let hit = hit as u32 * self.block_tokens;
        if !self.chunk(&mut job, hit, budget) {
            self.blocked = Some(self.cache.evicted());
            self.waiting.push_front(job);
            return false;
        }
        if job.cached.is_none() {
            job.cached = Some(hit);
            self.totals.prefix_queries += u64::from(known);
            self.totals.prefix_hits += u64::from(hit);
        }
        self.admitted += 1;
        job.admission = self.admitted;
        self.running.push(job);
        true
    }

    /// Puts as much of the prompt as the budget allows into the step, if there is KV space for it. `hit` tokens more than those computed are in the cache.
    fn chunk(&mut self, job: &mut Job, hit: u32, budget: &mut u32) -> bool {
        let target = self.requests[job.number].prompt + job.generated;
        let computed = job.computed + hit;
        let tokens = (*budget).min(target - computed);
        let blocks = self.blocks(job.number);
        let held = blocks.len().min(((computed + tokens) / self.block_tokens) as usize);
        let loose_before = u64::from(job.computed) - (job.held as u64 * u64::from(self.block_tokens));
        let loose = u64::from(computed + tokens) - (held as u64 * u64::from(self.block_tokens));
        if self.cache.cost(&blocks[job.held..held]) + loose > self.cache.available() + loose_before {
            return false;
        }
        self.cache.give_back(loose_before);
        self.cache.hold(blocks, job.held..held);
        self.cache.take(loose);
        self.batch.chunk(computed, tokens);
        (job.computed, job.held) = (computed + tokens, held);
        *budget -= tokens;
        self.partial = job.computed < target;
        self.blocked = None;
        true
    }

    fn preempt_newest(&mut self) {
        let Some(mut job) = self.running.pop() else { return };
        if self.partial {
            self.partial = false;
        } else {
            self.leave_decoding(&mut job);
        }
        self.free(&job);
        (job.computed, job.held) = (0, 0);
        job.preemptions += 1;
        self.waiting.push_front(job);
    }

    fn finish(&mut self, at: usize, happened: &mut Happened) {
        let mut job = self.running.remove(at);
        self.leave_decoding(&mut job);
        happened.finished.push(job.left());
        self.free(&job);
    }

    /// Brings a job that decodes up to date and takes it out of the sums.
    fn leave_decoding(&mut self, job: &mut Job) {
        let steps = (self.steps - job.since) as u32;
        job.generated += steps;
        job.computed += steps;
        self.context -= u64::from(self.requests[job.number].prompt + job.generated);
    }

    fn free(&mut self, job: &Job) {
        let blocks = &self.blocks(job.number)[..job.held];
        self.cache.release(blocks);
        self.cache.give_back(u64::from(job.computed) - blocks.len() as u64 * u64::from(self.block_tokens));
        self.blocked = None;
    }
}

impl Job {
    fn left(&self) -> Left {
        Left { number: self.number, cached: self.cached.unwrap_or(0), preemptions: self.preemptions }
    }
}
