//! Scorers that JavaScript brings.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use inferroute::{CustomScorer, EndpointView, Request, ScorerFailure, ScoringView};
use serde::Serialize;

use crate::border::{Callback, Fault};

/// Numbers of one endpoint, in `lib/scorers.js` as here: its place among the endpoints of the state, what is known of it, NaN where nothing is. The scorer
/// leaves its rating in the first, NaN where it has none.
const ROW: usize = 7;

/// What JavaScript answers that could not rate.
const NOT_RATINGS: u32 = 2;
const PROMISE: u32 = 3;

/// A state's version that no state has.
const NONE: u64 = u64::MAX;

/// A scorer of the host's own.
#[derive(Debug)]
pub(crate) struct Scorer {
    name: &'static str,
    callback: Callback,
    /// The version of the state whose endpoints JavaScript knows.
    known: AtomicU64,
}

impl Scorer {
    pub(crate) fn new(name: &str, callback: Callback) -> Self {
        Self { name: kept(name), callback, known: AtomicU64::new(NONE) }
    }
}

/// A name for as long as the process lives, each kept once. Names come from the host's code, never from requests.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = name.to_owned().leak();
    names.insert(name);
    name
}

impl CustomScorer for Scorer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn score(
        &self,
        _request: &Request<'_>,
        endpoints: &ScoringView<'_>,
        ratings: &mut [Option<f64>],
    ) -> Result<(), ScorerFailure> {
        let state = endpoints.state();
        let is_known = self.known.load(Ordering::Relaxed) == state.version();
        let table = if is_known { None } else { table(state.endpoints()) };
        let mut numbers = Vec::with_capacity(ROW * ratings.len());
        endpoints.for_each(|_, endpoint| {
            let count = |count: Option<u32>| count.map_or(f64::NAN, f64::from);
            numbers.extend([
                float(endpoint.number),
                f64::from(endpoint.in_flight),
                float(endpoint.waiting_tokens),
                count(endpoint.waiting),
                count(endpoint.running),
                endpoint.kv_usage.map_or(f64::NAN, |usage| usage.get()),
                endpoint.prefix_share.unwrap_or(f64::NAN),
            ]);
        });
        let called = self.callback.call(&mut numbers, table.as_deref());
        if called != Err(Fault::Gone) {
            self.known.store(state.version(), Ordering::Relaxed);
        }
        called.map_err(|fault| ScorerFailure { reason: reason(fault).into() })?;
        let (rows, _) = numbers.as_chunks::<ROW>();
        for (rating, [given, ..]) in ratings.iter_mut().zip(rows) {
            *rating = Some(*given).filter(|given| !given.is_nan());
        }
        Ok(())
    }
}

/// What a scorer may know of an endpoint that does not change from one decision to the next.
#[derive(Serialize)]
struct Known<'s> {
    id: &'s str,
    address: Option<&'s str>,
    labels: &'s std::collections::BTreeMap<String, String>,
}

fn table<'s>(endpoints: impl Iterator<Item = EndpointView<'s>>) -> Option<String> {
    let known = endpoints.map(|EndpointView { id, address, labels, .. }| Known { id, address, labels });
    serde_json::to_string(&known.collect::<Vec<_>>()).ok()
}

fn reason(fault: Fault) -> &'static str {
    match fault {
        Fault::Gone => "the function cannot be called here",
        Fault::Answered(NOT_RATINGS) => "the function did not return a number or null for each endpoint",
        Fault::Answered(PROMISE) => "the function returned a promise; a scorer has to answer at once",
        Fault::Answered(_) => "the function threw an exception",
    }
}

/// A count as JavaScript has it.
#[expect(clippy::as_conversions, reason = "beyond 2^53 the last digits of a count weigh nothing")]
fn float(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or(u64::MAX) as f64
}
