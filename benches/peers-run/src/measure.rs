//! How contenders are measured: in turns, on one thread, by the time that it has run. Whatever else the machine does falls on all alike, and what a
//! contender's own threads do in the background is not counted.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// Turns of each contender that count.
const ROUNDS: usize = 21;

/// What one turn takes, and what each is warmed up before.
const TURN: Duration = Duration::from_millis(3);
const WARM_UP: Duration = Duration::from_millis(30);

/// Runs something so many times and tells how long that took.
type Run<'a> = Box<dyn FnMut(u32) -> Duration + 'a>;

/// Somebody who does the job that a workload is about.
pub struct Contender<'a> {
    /// Who, with the variant.
    pub who: String,
    run: Run<'a>,
}

impl<'a> Contender<'a> {
    /// A contender whose turn is `call`, again and again.
    pub fn new<R>(who: &str, mut call: impl FnMut() -> R + 'a) -> Self {
        let run = move |times| {
            let start = ThreadTime::now();
            for _ in 0..times {
                black_box(call());
            }
            start.elapsed()
        };
        Self { who: who.to_owned(), run: Box::new(run) }
    }
}

/// Nanoseconds of one call.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub median: f64,
    /// The first and the ninth decile of the turns.
    pub low: f64,
    pub high: f64,
}

/// What each contender takes, in their order.
pub fn in_turns(contenders: &mut [Contender<'_>]) -> Vec<Cost> {
    let times: Vec<u32> = contenders.iter_mut().map(|contender| calibrated(&mut contender.run)).collect();
    let mut turns = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for _ in 0..ROUNDS {
        for ((contender, times), turns) in contenders.iter_mut().zip(&times).zip(&mut turns) {
            turns.push((contender.run)(*times).as_secs_f64() * 1e9 / f64::from(*times));
        }
    }
    turns.into_iter().map(cost).collect()
}

/// Warms up, and tells how many calls fill a turn.
fn calibrated(run: &mut Run<'_>) -> u32 {
    let (mut times, started) = (1_u32, Instant::now());
    loop {
        let took = run(times);
        if started.elapsed() >= WARM_UP {
            let fill = TURN.as_secs_f64() / took.as_secs_f64().max(1e-9) * f64::from(times);
            return fill.clamp(1.0, 1e8) as u32;
        }
        if took < TURN {
            times = times.saturating_mul(2);
        }
    }
}

fn cost(mut turns: Vec<f64>) -> Cost {
    turns.sort_by(f64::total_cmp);
    let at = |share: f64| turns[(share * (turns.len() - 1) as f64).round() as usize];
    Cost { median: at(0.5), low: at(0.1), high: at(0.9) }
}
