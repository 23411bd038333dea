//! How quick endpoints are is learned from first tokens, and told.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/scheduling.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod scheduling;

use inferroute::{LoadReport, Nanos, PredictedCompletion, Request, Scorer};
use scheduling::{Pool, SECOND, alike, scored};

const NONE: [(&str, &str); 0] = [];
const MILLISECOND: u64 = 1_000_000;

fn pool(settings: PredictedCompletion) -> Pool {
    alike(scored(Scorer::PredictedCompletion(settings)), 2)
}

fn pace(pool: &Pool) -> Vec<Option<f64>> {
    pool.router.snapshot().endpoints().map(|endpoint| endpoint.pace).collect()
}

/// Sends so many prompts one after the other, each answered in 200 ms by `e00` and in 600 ms by `e01`. Returns how many went to each, and the time.
fn send(pool: &Pool, requests: usize, mut now: u64) -> ([usize; 2], u64) {
    let mut sent = [0; 2];
    for _ in 0..requests {
        let request = Request::new(&NONE).prompt_tokens(8000);
        let mut ticket = pool.router.route(&request, Nanos::new(now)).unwrap();
        let is_slow = ticket.decision().endpoint() == "default/e01";
        sent[usize::from(is_slow)] += 1;
        now += MILLISECOND * if is_slow { 600 } else { 200 };
        ticket.first_token(Nanos::new(now));
        ticket.finish();
        now += 10 * MILLISECOND;
    }
    (sent, now)
}

#[test]
fn the_quicker_endpoint_gets_more_once_both_were_tried() {
    let pool = pool(PredictedCompletion::default());
    assert_eq!(pace(&pool), [None; 2]);
    let ([quick, slow], _) = send(&pool, 60, 0);
    assert!(slow >= 1 && quick >= 50, "{quick} and {slow}");
    let pace = pace(&pool);
    let (quick, slow) = (pace[0].unwrap(), pace[1].unwrap());
    assert!((slow / quick - 3.0).abs() < 0.01, "{quick} and {slow}");
    assert!((0.5..1.5).contains(&quick), "8000 tokens are foreseen to take some 200 ms: {quick}");
}

#[test]
fn a_prior_without_end_believes_no_measurement() {
    // What was sent lately makes no difference here.
    let settings =
        PredictedCompletion { pace_prior: f64::INFINITY, eviction: 0.0, ..PredictedCompletion::default() };
    let pool = pool(settings);
    let (sent, now) = send(&pool, 60, 0);
    assert!(sent.iter().all(|count| *count > 15), "{sent:?}");
    assert!(pace(&pool).iter().all(Option::is_some), "measured all the same");
    assert_eq!(pool.ratings(now / SECOND, &Request::new(&NONE).prompt_tokens(8000)), [Some(1.0); 2]);
}

#[test]
fn nothing_is_measured_beside_prompts_of_others_nor_without_a_prompt() {
    let pool = pool(PredictedCompletion::default());
    let mut ticket = pool.router.route(&Request::new(&NONE), Nanos::new(0)).unwrap();
    ticket.first_token(Nanos::new(SECOND));
    ticket.finish();
    assert_eq!(pace(&pool), [None; 2], "no prompt");
    let mut busy = LoadReport::default();
    (busy.waiting, busy.running) = (Some(3), Some(8));
    ["e00", "e01"].iter().for_each(|name| pool.load(1, name, busy.clone()));
    send(&pool, 1, SECOND);
    assert_eq!(pace(&pool), [None; 2], "prompts of others in between");
}
