//! How much deciding threads lose while another one tells the router of events: decisions a second of one thread, of two, and of two beside a writer; and how
//! long the slowest of a thousand decisions take beside a writer, to see that none waits for it. What the machine itself makes wait, by its clock's ticks and its
//! other guests, is seen by arithmetic that takes as long as a decision.
//!
//! `cargo run --release -p inferroute-benches --bin contention`

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use inferroute::{
    Event, Fraction, LoadReport, Nanos, Options, Profile, Prompt, Request, Router, Scheduling, Scorer,
};
use inferroute_benches::scenarios::world::{exact_rules, headers, with_options};

const NOW: Nanos = Nanos::new(0);
const ENDPOINTS: usize = 64;
const SPAN: Duration = Duration::from_secs(3);
const EVENTS_A_SECOND: u32 = 100_000;

fn main() {
    let scorers = Profile::new("default")
        .scorer(Scorer::Queue, 2.0)
        .scorer(Scorer::KvCacheUtilization, 2.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 }, 3.0);
    let options = Options::default().scheduling(Scheduling::single(scorers));
    let router = with_options(&exact_rules(100), ENDPOINTS, &options);
    let (prompt, headers): (Vec<u32>, _) = ((0..1024).collect(), headers(100));
    // A request of each run's own: it is no thread's to share.
    let decide = || {
        let request = Request::new(&headers).prompt(Prompt::Tokens(&prompt));
        black_box(router.decide(&request, NOW).is_ok());
    };
    let rounds: Vec<[f64; 3]> = (0..5)
        .map(|_| [rate(decide, 1), rate(decide, 2), beside_a_writer(&router, || rate(decide, 2))])
        .collect();
    let median = |of: &dyn Fn(&[f64; 3]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!("one thread:           {:>10.0} decisions/s", median(&|round| round[0]));
    println!("two threads:          {:>10.2} of that", median(&|round| round[1] / round[0]));
    println!(
        "two beside a writer:  {:>10.2} of two alone, {:.2} of one",
        median(&|round| round[2] / round[1]),
        median(&|round| round[2] / round[0])
    );
    let (alone, beside) = (tail(decide), beside_a_writer(&router, || tail(decide)));
    let [of_one, ..] = tail(|| count_to(1_000));
    let as_long = 1_000 * alone[0] / of_one.max(1);
    for (what, [half, most, nearly_all]) in [
        ("one thread alone", alone),
        ("one thread beside a writer", beside),
        ("arithmetic as long, no decision", tail(|| count_to(as_long))),
    ] {
        let medians = nearly_all as f64 / half as f64;
        println!("{what}: median {half} ns, p99 {most} ns, p99.9 {nearly_all} ns, {medians:.1} medians");
    }
}

fn count_to(end: u64) {
    (0..end).for_each(|number| _ = black_box(number));
}

/// Nanoseconds that one run takes: the median, p99 and p99.9, with what it takes to read the clock.
fn tail(run: impl Fn()) -> [u64; 3] {
    let one = |_| {
        let started = Instant::now();
        run();
        started.elapsed().as_nanos() as u64
    };
    let mut took: Vec<u64> = (0..1_000_000).map(one).collect();
    took.sort_unstable();
    [500_000, 990_000, 999_000].map(|at| took[at])
}

/// Runs a second of all threads together.
fn rate(run: impl Fn() + Sync, threads: usize) -> f64 {
    let (stop, ran) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    run();
                    count += 1;
                }
                ran.fetch_add(count, Ordering::Relaxed);
            });
        }
        std::thread::sleep(SPAN);
        stop.store(true, Ordering::Relaxed);
    });
    ran.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

/// What `run` returns while another thread writes.
fn beside_a_writer<R>(router: &Router, run: impl FnOnce() -> R) -> R {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| write(router, &stop));
        let outcome = run();
        stop.store(true, Ordering::Relaxed);
        outcome
    })
}

/// Polled loads, as many a second as there should be, a hundred at a time.
fn write(router: &Router, stop: &AtomicBool) {
    let (started, mut sent) = (Instant::now(), 0_u32);
    while !stop.load(Ordering::Relaxed) {
        let due = started.elapsed().as_secs_f64() * f64::from(EVENTS_A_SECOND);
        while f64::from(sent) < due {
            let mut load = Box::new(LoadReport::default());
            load.waiting = Some(sent % 11);
            load.kv_usage = Fraction::new(f64::from(sent % 17) / 20.0);
            let endpoint = format!("default/vllm-{:04}", sent as usize % ENDPOINTS);
            router.observe(&Event::LoadPolled { endpoint, load }, NOW).expect("the load can be");
            sent += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
