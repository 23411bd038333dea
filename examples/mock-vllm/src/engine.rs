//! The queue and the batch: who runs, who waits, and how long things take. A request runs once there is a place in the batch and room in the KV cache;
//! prompts are worked off one after the other; answers grow together, the slower the more there are.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::cache::{Cache, Held};
use crate::config::Config;
use crate::events::EventLog;
use crate::metrics::Totals;

pub(crate) struct Engine {
    pub(crate) config: Config,
    pub(crate) events: Arc<EventLog>,
    state: Mutex<State>,
    /// Whose prompt is being worked on.
    prefill: tokio::sync::Mutex<()>,
}

struct State {
    cache: Cache,
    queue: VecDeque<Waiting>,
    running: usize,
    /// Adapters of the batch, and how many requests of it each has.
    adapters: BTreeMap<String, usize>,
    next_number: u64,
    totals: Totals,
}

struct Waiting {
    number: u64,
    job: Job,
    wake: oneshot::Sender<Slot>,
}

/// What is asked of the engine.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) model: String,
    pub(crate) is_adapter: bool,
    pub(crate) prompt: Vec<u32>,
    pub(crate) answer: usize,
    /// How many times as long it takes as it should.
    pub(crate) factor: f64,
}

/// A place in the batch. Dropping it makes room.
pub(crate) struct Slot {
    engine: Arc<Engine>,
    held: Held,
    job: Job,
}

/// A look at the engine.
pub(crate) struct Look {
    pub(crate) running: usize,
    pub(crate) waiting: usize,
    pub(crate) usage: f64,
    pub(crate) blocks: usize,
    pub(crate) running_adapters: Vec<String>,
    pub(crate) waiting_adapters: Vec<String>,
    pub(crate) totals: Totals,
}

impl Engine {
    pub(crate) fn new(config: Config) -> Arc<Self> {
        let events = Arc::new(EventLog::new());
        let cache = Cache::new(config.block_size, config.kv_tokens, Arc::clone(&events));
        let state = State {
            cache,
            queue: VecDeque::new(),
            running: 0,
            adapters: BTreeMap::new(),
            next_number: 0,
            totals: Totals::default(),
        };
        Arc::new(Self { config, events, state: Mutex::new(state), prefill: tokio::sync::Mutex::default() })
    }

    /// Whether the job fits into an empty engine.
    pub(crate) fn can_ever_run(&self, job: &Job) -> bool {
        self.state.lock().unwrap().cache.can_ever_hold(job.prompt.len() + job.answer)
    }

    /// A number of its own for each request.
    pub(crate) fn number(&self) -> u64 {
        let mut state = self.state.lock().unwrap();
        state.next_number += 1;
        state.next_number
    }

    /// Waits for a place in the batch. Who stops waiting leaves the queue.
    pub(crate) async fn enter(self: &Arc<Self>, job: Job) -> Slot {
        let (wake, woken) = oneshot::channel();
        let number = self.number();
        self.state.lock().unwrap().queue.push_back(Waiting { number, job, wake });
        let _place = PlaceInQueue { engine: self, number };
        self.admit();
        woken.await.expect("only its own guard takes a request out of the queue")
    }

    /// Starts whoever has waited longest, while there is room.
    fn admit(self: &Arc<Self>) {
        let mut nobody_there = Vec::new();
        let mut guard = self.state.lock().unwrap();
        let state = &mut *guard;
        while state.running < self.config.max_num_seqs
            && let Some(first) = state.queue.front()
            && let Some(held) = state.cache.take(&first.job.prompt, first.job.answer, &first.job.model)
            && let Some(Waiting { job, wake, .. }) = state.queue.pop_front()
        {
            state.running += 1;
            if job.is_adapter {
                *state.adapters.entry(job.model.clone()).or_default() += 1;
            }
            state.totals.looked_up(job.prompt.len(), held.cached_tokens);
            // A slot that nobody takes locks the state when it is dropped.
            nobody_there.extend(wake.send(Slot { engine: Arc::clone(self), held, job }).err());
        }
        drop(guard);
    }

    pub(crate) fn clear_cache(&self) -> bool {
        self.state.lock().unwrap().cache.clear()
    }

    /// Changes what is counted.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Totals)) {
        change(&mut self.state.lock().unwrap().totals);
    }

    pub(crate) fn look(&self) -> Look {
        let state = self.state.lock().unwrap();
        let mut waiting_adapters: Vec<_> = state
            .queue
            .iter()
            .filter(|waiting| waiting.job.is_adapter)
            .map(|waiting| waiting.job.model.clone())
            .collect();
        waiting_adapters.sort();
        waiting_adapters.dedup();
        Look {
            running: state.running,
            waiting: state.queue.len(),
            usage: state.cache.usage(),
            blocks: state.cache.capacity(),
            running_adapters: state.adapters.keys().cloned().collect(),
            waiting_adapters,
            totals: state.totals.clone(),
        }
    }
}

impl Slot {
    pub(crate) fn cached_tokens(&self) -> usize {
        self.held.cached_tokens
    }

    /// Works the prompt off.
    pub(crate) async fn prefill(&self) {
        let config = &self.engine.config;
        let tokens = self.job.prompt.len() - self.held.cached_tokens;
        let time = config.scaled(config.prefill, self.job.factor * tokens as f64);
        let _turn = self.engine.prefill.lock().await;
        tokio::time::sleep(time).await;
    }

    /// Waits for the next token of the answer, counted from the one before it, so that late timers do not add up.
    pub(crate) async fn decode(&self, previous: &mut Instant) {
        let config = &self.engine.config;
        let others = self.engine.state.lock().unwrap().running as u32;
        let step = config.decode + config.decode_each * others;
        *previous += config.scaled(step, self.job.factor).min(Duration::from_secs(3600));
        tokio::time::sleep_until((*previous).into()).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.engine.state.lock().unwrap();
        state.running -= 1;
        state.cache.give_back(&self.held);
        if let Some(requests) = state.adapters.get_mut(&self.job.model) {
            *requests -= 1;
            if *requests == 0 {
                state.adapters.remove(&self.job.model);
            }
        }
        drop(state);
        self.engine.admit();
    }
}

struct PlaceInQueue<'e> {
    engine: &'e Arc<Engine>,
    number: u64,
}

impl Drop for PlaceInQueue<'_> {
    fn drop(&mut self) {
        let mut state = self.engine.state.lock().unwrap();
        let before = state.queue.len();
        state.queue.retain(|waiting| waiting.number != self.number);
        let left = state.queue.len() < before;
        drop(state);
        if left {
            // The one behind it may fit where it did not.
            self.engine.admit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(tokens: usize) -> Job {
        Job { model: "m".into(), is_adapter: false, prompt: vec![7; tokens], answer: 2, factor: 1.0 }
    }

    fn engine(max_num_seqs: usize, kv_tokens: usize) -> Arc<Engine> {
        Engine::new(Config { max_num_seqs, kv_tokens, block_size: 2, speed: 100.0, ..Config::default() })
    }

    async fn is_waiting(engine: &Arc<Engine>, job: Job) -> bool {
        tokio::time::timeout(Duration::from_millis(20), engine.enter(job)).await.is_err()
    }

    #[tokio::test]
    async fn a_full_batch_lets_nobody_in() {
        let engine = engine(1, 100);
        let first = engine.enter(job(4)).await;
        assert!(is_waiting(&engine, job(4)).await);
        assert_eq!(engine.look().waiting, 0, "who gives up leaves the queue");
        drop(first);
        assert!(!is_waiting(&engine, job(4)).await);
        assert_eq!((engine.look().running, engine.look().waiting), (0, 0));
    }

    #[tokio::test]
    async fn a_full_cache_lets_nobody_in() {
        let engine = engine(8, 8);
        let first = engine.enter(job(5)).await;
        let mut other = job(5);
        other.prompt[0] = 8;
        assert!(is_waiting(&engine, other.clone()).await);
        drop(first);
        assert!(!is_waiting(&engine, other).await);
    }

    #[tokio::test]
    async fn prompts_are_worked_off_one_after_the_other() {
        let engine = Engine::new(Config { speed: 1.0, ..Config::default() });
        let start = Instant::now();
        let other = |first: u32| {
            let mut job = job(300);
            job.prompt[0] = first;
            job
        };
        let (a, b) = tokio::join!(engine.enter(other(1)), engine.enter(other(2)));
        tokio::join!(a.prefill(), b.prefill());
        assert!(start.elapsed() >= Duration::from_millis(60), "twice 300 tokens of 100 us");
    }
}
