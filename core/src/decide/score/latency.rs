//! Rates an endpoint by how much quicker or slower than it must be it is foreseen to be.

use smallvec::SmallVec;

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::decide::latency::{Foreseen, Headroom};
use crate::plan::{HeadroomChoice, LatencyScorer};

/// Differences of milliseconds up to this are none.
const NONE: f64 = 1e-9;

/// Classes of endpoints; only those of the best class that has any are rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    QuickEnough,
    TooSlowButIdle,
    SlowTokens,
    SlowFirstToken,
    SlowAltogether,
}

#[inline(never)]
pub(super) fn rate(
    settings: &LatencyScorer,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let foreseen = settings
        .model
        .as_ref()
        .map(|model| Foreseen::new(facts, &*model.0, &settings.ttft_header, &settings.tpot_header));
    // Each is foreseen once, by its number.
    let mut headrooms: SmallVec<[Option<Headroom>; 4096]> = SmallVec::new();
    if let Some(foreseen) = foreseen {
        candidates.for_each(|position| headrooms.push(foreseen.headroom(position)));
    }
    if headrooms.iter().all(Option::is_none) {
        return composite(settings, facts, candidates, ratings);
    }
    let class_of = |position, headroom| class(headroom, is_idle(facts, position));
    let mut best = Class::SlowAltogether;
    let mut numbered = headrooms.iter();
    candidates.for_each(|position| best = best.min(class_of(position, numbered.next().copied().flatten())));
    let mut bucket = Bucket::default();
    let mut numbered = headrooms.iter();
    candidates.for_each(|position| {
        let headroom = numbered.next().copied().flatten();
        if class_of(position, headroom) == best {
            bucket.add(headroom);
        }
    });
    let choice = if best == Class::QuickEnough { settings.choice } else { HeadroomChoice::Least };
    let mut numbered = headrooms.iter();
    candidates.rate_each(ratings, |position| {
        let headroom = numbered.next().copied().flatten();
        let is_rated = class_of(position, headroom) == best;
        Some(if is_rated { bucket.rating(headroom, settings, choice) } else { 0.0 })
    });
}

fn is_idle(facts: &Facts<'_>, position: usize) -> bool {
    facts.cell(position).is_some_and(|cell| cell.in_flight() == 0)
}

/// An endpoint without a prediction is not known to be too slow.
fn class(headroom: Option<Headroom>, is_idle: bool) -> Class {
    let Some(headroom) = headroom.filter(|headroom| !headroom.is_enough()) else { return Class::QuickEnough };
    match (headroom.ttft < 0.0, headroom.tpot < 0.0) {
        _ if is_idle => Class::TooSlowButIdle,
        (false, _) => Class::SlowTokens,
        (true, false) => Class::SlowFirstToken,
        (true, true) => Class::SlowAltogether,
    }
}

/// The least and the most headroom, without their signs, of endpoints that are rated together.
struct Bucket {
    ttft: (f64, f64),
    tpot: (f64, f64),
}

impl Default for Bucket {
    fn default() -> Self {
        let nobody = (f64::INFINITY, f64::NEG_INFINITY);
        Self { ttft: nobody, tpot: nobody }
    }
}

/// What is not foreseen has no headroom.
fn sizes(headroom: Option<Headroom>) -> (f64, f64) {
    headroom.map_or((0.0, 0.0), |headroom| (headroom.ttft.abs(), headroom.tpot.abs()))
}

impl Bucket {
    fn add(&mut self, headroom: Option<Headroom>) {
        let (ttft, tpot) = sizes(headroom);
        self.ttft = (self.ttft.0.min(ttft), self.ttft.1.max(ttft));
        self.tpot = (self.tpot.0.min(tpot), self.tpot.1.max(tpot));
    }

    fn rating(&self, headroom: Option<Headroom>, settings: &LatencyScorer, choice: HeadroomChoice) -> f64 {
        let differs = |(least, most): (f64, f64)| most - least > NONE;
        let sum = settings.ttft_weight + settings.tpot_weight;
        // What is the same for all decides nothing; the other then decides alone.
        let (ttft_weight, tpot_weight) = match (differs(self.ttft), differs(self.tpot)) {
            (false, true) => (0.0, 1.0),
            (true, false) => (1.0, 0.0),
            _ if sum > 0.0 => (settings.ttft_weight / sum, settings.tpot_weight / sum),
            _ => (1.0, 0.0),
        };
        let place = |value: f64, (least, most)| {
            if differs((least, most)) { (value - least) / (most - least) } else { 0.5 }
        };
        let (ttft, tpot) = sizes(headroom);
        let place = ttft_weight * place(ttft, self.ttft) + tpot_weight * place(tpot, self.tpot);
        let hundredths = match choice {
            HeadroomChoice::Least => ((1.0 - place) * 100.0).trunc(),
            HeadroomChoice::Most => (place * 100.0).trunc(),
        };
        // Upstream adds one so that nobody is without a chance; the best may so come to 1.01, which the profile holds to 1.
        (hundredths + 1.0) / 100.0
    }
}

/// Where nothing is foreseen.
fn composite(settings: &LatencyScorer, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let sum = settings.kv_weight + settings.queue_weight + settings.prefix_weight;
    let (kv, queue, prefix) = if sum > 0.0 {
        (settings.kv_weight / sum, settings.queue_weight / sum, settings.prefix_weight / sum)
    } else {
        (1.0, 0.0, 0.0)
    };
    let polled = |position| facts.cell(position).and_then(|cell| cell.polled(facts.oldest));
    let mut longest = 0;
    candidates.for_each(|position| {
        let waiting = polled(position).and_then(|polled| polled.waiting());
        longest = longest.max(waiting.unwrap_or(0));
    });
    candidates.rate_each(ratings, |position| {
        let (polled, found) = (polled(position), facts.prefix(position));
        if polled.is_none() && found.is_none() {
            return None;
        }
        let usage = polled.and_then(|polled| polled.kv_usage()).unwrap_or(0.0);
        let waiting = polled.and_then(|polled| polled.waiting()).unwrap_or(0);
        let relative = if longest > 0 { f64::from(longest - waiting) / f64::from(longest) } else { 1.0 };
        let share = found.map_or(0.0, |found| found.share());
        let rating = kv * (1.0 - usage) + queue * relative + prefix * share;
        Some((rating * 100.0).round() / 100.0)
    });
}
