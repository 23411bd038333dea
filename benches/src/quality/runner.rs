//! Runs all cells with all seeds and strategies, some at a time.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::capacity::{flood, span};
use super::cell::{Cell, Pool};
use super::matrix::Plan;
use super::metrics::Figures;
use super::results::{Results, Row};
use super::strategy::{Site, Strategy};
use crate::sim::{RunError, Workload, run};
use crate::workloads::{TraceError, by_name};

/// Why a matrix cannot be run.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QualityError {
    /// There is no workload of this name.
    #[error("there is no workload `{0}`")]
    UnknownWorkload(String),
    /// There is no row of hardware of this name.
    #[error("there is no hardware `{0}`")]
    UnknownHardware(String),
    /// The workload's trace is not there.
    #[error("the trace of `{0}` is not there; name its directory with --traces or INFERROUTE_TRACES")]
    NoTrace(String),
    /// The workload's trace cannot be played.
    #[error("the trace of `{0}`: {1}")]
    Trace(String, Arc<TraceError>),
    /// A run cannot be made.
    #[error("{cell}, {strategy}: {cause}")]
    Run {
        /// The cell's name.
        cell: String,
        /// The strategy's name.
        strategy: String,
        /// What is wrong.
        cause: RunError,
    },
    /// A run answered no request.
    #[error("{0} has no requests")]
    Empty(String),
}

/// What is told when a run is over: its row, how many are over, how many there are.
pub type Heard<'h> = &'h (dyn Fn(&Row, usize, usize) + Sync);

/// Runs a plan on that many threads. The rows come in the order of the plan.
///
/// # Errors
///
/// The first run that cannot be made ends all.
pub fn run_all(
    plan: &Plan,
    strategies: &[Strategy],
    traces: Option<&Path>,
    threads: usize,
    heard: Heard<'_>,
) -> Result<Results, QualityError> {
    let tasks = tasks(plan, strategies);
    let rows: Vec<OnceLock<Result<Row, QualityError>>> = tasks.iter().map(|_| OnceLock::new()).collect();
    let (next, done, failed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let stage =
        Stage { traces, requests: plan.requests, workloads: Memo::new(16), speeds: Memo::new(usize::MAX) };
    let work = || {
        while let Some((number, task)) = take(&next, &tasks).filter(|_| !failed.load(Ordering::Relaxed)) {
            let row = stage.row(task);
            match &row {
                Ok(row) => heard(row, done.fetch_add(1, Ordering::Relaxed) + 1, tasks.len()),
                Err(_) => failed.store(true, Ordering::Relaxed),
            }
            _ = rows[number].set(row);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let rows: Result<Vec<Row>, QualityError> = rows.into_iter().filter_map(OnceLock::into_inner).collect();
    rows.map(Results::new)
}

struct Task<'p> {
    cell: &'p Cell,
    seed: u64,
    strategy: &'p Strategy,
}

fn tasks<'p>(plan: &'p Plan, strategies: &'p [Strategy]) -> Vec<Task<'p>> {
    let mut tasks = Vec::new();
    for (cell, roles) in &plan.entries {
        for seed in 1..=plan.seeds {
            let chosen = strategies.iter().filter(|strategy| roles.contains(&strategy.role));
            tasks.extend(chosen.map(|strategy| Task { cell, seed, strategy }));
        }
    }
    tasks
}

fn take<'t, 'p>(next: &AtomicUsize, tasks: &'t [Task<'p>]) -> Option<(usize, &'t Task<'p>)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    Some((number, tasks.get(number)?))
}

type Made = Result<Arc<Workload>, QualityError>;

/// What a capacity depends on: workload, hardware, endpoints, whether they are mixed, seed.
type Work = (String, String, usize, bool, u64);

/// What runs share: workloads by name, requests and seed, speeds of load 1 by what they depend on.
struct Stage<'s> {
    traces: Option<&'s Path>,
    requests: usize,
    workloads: Memo<(String, usize, u64), Made>,
    speeds: Memo<Work, Result<f64, RunError>>,
}

impl Stage<'_> {
    fn row(&self, task: &Task<'_>) -> Result<Row, QualityError> {
        let Task { cell, seed, strategy } = task;
        let requests = self.requests * cell.endpoints;
        let workload = self.workloads.get((cell.workload.clone(), requests, *seed), || {
            make(&cell.workload, self.traces, *seed, requests)
        })?;
        let failed =
            |cause| QualityError::Run { cell: cell.to_string(), strategy: strategy.name.clone(), cause };
        let settings = |speed| {
            let settings = cell.settings(*seed, speed, span(&workload));
            settings.ok_or_else(|| QualityError::UnknownHardware(cell.hardware.clone()))
        };
        let bare = settings(1.0)?;
        let (pool, mixed) = (cell.endpoints, cell.pool == Pool::Mixed);
        let key = (cell.workload.clone(), cell.hardware.clone(), pool, mixed, *seed);
        let capacity = self.speeds.get(key, || flood(&bare, &workload)).map_err(failed)?;
        let site = Site { hardware: &bare.hardware };
        let mut gateway = |replica: usize| strategy.gateway(seed << 16 | replica as u64, &site);
        let outcome = run(&settings(capacity * cell.load)?, &workload, &mut gateway).map_err(failed)?;
        let figures = Figures::of(&outcome).ok_or_else(|| QualityError::Empty(cell.to_string()))?;
        Ok(Row { cell: (*cell).clone(), seed: *seed, strategy: strategy.name.clone(), figures })
    }
}

fn make(name: &str, traces: Option<&Path>, seed: u64, requests: usize) -> Made {
    let recipe = by_name(name).ok_or_else(|| QualityError::UnknownWorkload(name.to_owned()))?;
    // A trace is played whole.
    let requests = (!recipe.is_trace()).then_some(requests);
    match recipe.build(traces, seed, requests) {
        Ok(Some(workload)) => Ok(Arc::new(workload)),
        Ok(None) => Err(QualityError::NoTrace(name.to_owned())),
        Err(error) => Err(QualityError::Trace(name.to_owned(), Arc::new(error))),
    }
}

/// By key, and the keys in order of age.
type Known<K, V> = (HashMap<K, Arc<OnceLock<V>>>, Vec<K>);

/// What is made once and shared; the oldest goes when there are too many.
struct Memo<K, V> {
    most: usize,
    known: Mutex<Known<K, V>>,
}

impl<K: Clone + Eq + std::hash::Hash, V: Clone> Memo<K, V> {
    fn new(most: usize) -> Self {
        Self { most, known: Mutex::default() }
    }

    fn get(&self, key: K, make: impl FnOnce() -> V) -> V {
        let cell = {
            let (known, order) = &mut *self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if !known.contains_key(&key) {
                if order.len() >= self.most {
                    known.remove(&order.remove(0));
                }
                order.push(key.clone());
            }
            Arc::clone(known.entry(key).or_default())
        };
        // Others who want the same wait here, not at the lock.
        cell.get_or_init(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Memo, QualityError, run_all};
    use crate::quality::flood::LeastInFlight;
    use crate::quality::{Cell, Plan, Role, Strategy};

    fn strategies() -> [Strategy; 2] {
        [
            Strategy::new("one", Role::Shipped, |_, _| Box::new(LeastInFlight::default())),
            Strategy::new("other", Role::Peer, |_, _| Box::new(LeastInFlight::default())),
        ]
    }

    #[test]
    fn rows_are_the_same_on_one_thread_and_on_two() {
        let cells =
            ["chat", "hot"].map(|name| (Cell::plain(name, "8b", 2, 0.8), vec![Role::Shipped, Role::Peer]));
        let plan = Plan { entries: cells.into(), seeds: 2, requests: 30 };
        let rows = |threads| {
            let results = run_all(&plan, &strategies(), None, threads, &|_, _, _| {});
            results.unwrap_or_else(|error| panic!("{error}")).rows().to_vec()
        };
        let one = rows(1);
        assert_eq!(one.len(), 8);
        assert_eq!(one, rows(2));
        // Equal strategies, equal figures: the pairs see the same requests.
        assert_eq!(one[0].figures, one[1].figures);
    }

    #[test]
    fn what_cannot_be_run_is_named() {
        let run = |workload: &str, hardware: &str| {
            let plan = Plan { requests: 10, ..Plan::single(Cell::plain(workload, hardware, 2, 0.8)) };
            run_all(&plan, &strategies(), None, 2, &|_, _, _| {}).map(|_| ())
        };
        assert!(matches!(run("none", "8b"), Err(QualityError::UnknownWorkload(_))));
        assert!(matches!(run("chat", "9b"), Err(QualityError::UnknownHardware(_))));
        assert!(matches!(run("conversation", "8b"), Err(QualityError::NoTrace(_))));
    }

    #[test]
    fn a_memo_makes_once_and_forgets_the_oldest() {
        let memo = Memo::new(2);
        assert_eq!((memo.get(1, || 1), memo.get(1, || 2), memo.get(2, || 3)), (1, 1, 3));
        assert_eq!((memo.get(3, || 4), memo.get(2, || 5), memo.get(1, || 6)), (4, 3, 6));
    }
}
