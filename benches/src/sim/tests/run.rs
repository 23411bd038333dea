//! Whole runs.

use std::time::Instant;

use super::super::{Arrival, Gateway, Hardware, Outcome, RunError, Settings, Workload, run};
use super::{LeastInFlight, Log, close, conversations, hardware, request, workload};

fn least(settings: &Settings, workload: &Workload) -> Outcome {
    run(settings, workload, &mut |_| Box::new(LeastInFlight::default()) as Box<dyn Gateway>).expect("sound")
}

fn told(settings: &Settings, workload: &Workload) -> Vec<String> {
    let log = Log::default();
    run(settings, workload, &mut |_| LeastInFlight::logging(&log)).expect("sound");
    log.take()
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_one_another() {
    let workload = conversations(1, 60, 20.0, 16, 3_000);
    let mut settings =
        Settings { replicas: 3, slowdown: vec![1.0, 2.0], ..Settings::new(hardware(40_000), 3) };
    let (outcome, log) = (least(&settings, &workload), told(&settings, &workload));
    assert_eq!(least(&settings, &workload), outcome);
    assert_eq!(told(&settings, &workload), log);
    settings.seed = 1;
    assert_ne!(least(&settings, &workload).records, outcome.records);
}

#[test]
fn every_request_is_answered_once_and_its_times_are_in_order() {
    for seed in 0..5 {
        let workload = conversations(seed, 100, 30.0, 16, 2_000);
        let outcome = least(&Settings { seed, replicas: 2, ..Settings::new(hardware(12_000), 3) }, &workload);
        assert_eq!(outcome.records.len(), workload.requests.len());
        assert!(outcome.failed.is_empty() && outcome.preemptions > 0);
        for (number, (record, request)) in outcome.records.iter().zip(&workload.requests).enumerate() {
            assert_eq!(
                (record.number, record.prompt, record.output),
                (number, request.prompt, request.output)
            );
            assert_eq!(Arrival::At(record.arrival), request.arrival);
            assert!(record.arrival < record.first_token && record.first_token <= record.end);
            assert!(record.ttft() > 0.007 && record.cached < record.prompt && record.attempts == 1);
        }
        let preempted: u64 = outcome.records.iter().map(|record| u64::from(record.preemptions)).sum();
        assert_eq!(preempted, outcome.preemptions);
        assert_eq!(outcome.samples.len(), outcome.end as usize + 1);
    }
}

#[test]
fn a_gateway_hears_of_requests_at_once_of_caches_later_of_load_by_scrapes() {
    let requests = vec![request(Arrival::At(1.0), 40, 2, 0, 16)];
    let settings =
        Settings { scrape_interval: 0.4, speed: 2.0, ..Settings::new(Hardware::ALL[0].clone(), 1) };
    let log = told(&settings, &workload(16, requests));
    let polled: Vec<_> = log.iter().filter(|line| line.contains("polled")).collect();
    assert_eq!((polled.len(), polled[0].ends_with("0 polled 0 0 0.000")), (1, true));
    let rest: Vec<_> = log.iter().filter(|line| !line.contains("polled")).collect();
    let wanted = ["0.000 0 appeared", "0.500 0 to 0", "0.507 0 first", "0.510 0 stored None [0, 1]"];
    assert_eq!(rest[..4], wanted);
    assert_eq!(rest[4..], ["0.515 0 finished 2"]);
}

#[test]
fn a_scrape_says_how_it_is_at_its_time() {
    let requests =
        vec![request(Arrival::At(0.0), 16_000, 1, 0, 16), request(Arrival::At(0.01), 32, 1, 5_000, 16)];
    let settings = Settings { scrape_interval: 0.02, ..Settings::new(hardware(40_000), 1) };
    let log = told(&settings, &workload(16, requests));
    let polled: Vec<_> = log.iter().filter(|line| line.contains("polled")).collect();
    // 8,192 tokens of the first in the first step, while the second waits; 16,000 and 32 in the second step.
    assert!(polled.iter().any(|line| line.ends_with("polled 1 1 0.205")), "{polled:?}");
    assert!(polled.iter().any(|line| line.ends_with("polled 0 2 0.401")), "{polled:?}");
}

#[test]
fn each_replica_hears_of_its_own_requests_and_of_every_cache() {
    let workload = conversations(3, 40, 10.0, 16, 1_000);
    let logs: Vec<Log> = (0..3).map(|_| Log::default()).collect();
    let settings = Settings { replicas: 3, ..Settings::new(hardware(40_000), 2) };
    let outcome =
        run(&settings, &workload, &mut |replica| LeastInFlight::logging(&logs[replica])).expect("sound");
    for (replica, log) in logs.iter().enumerate() {
        let log = log.borrow();
        let count = |word: &str| log.iter().filter(|line| line.contains(word)).count();
        let own = outcome.records.iter().filter(|record| record.replica == replica).count();
        assert!(own > 10);
        assert_eq!((count(" to "), count("first"), count("finished")), (own, own, own));
        let stored = |log: &Log| log.borrow().iter().filter(|line| line.contains("stored")).count();
        assert_eq!(count("stored"), stored(&logs[0]));
    }
}

#[test]
fn a_session_goes_on_when_its_user_has_read_and_thought() {
    let mut requests = vec![request(Arrival::At(2.0), 1_000, 10, 0, 16)];
    requests.push(request(Arrival::After { former: 0, think: 3.0 }, 1_500, 10, 0, 16));
    let settings = Settings { speed: 2.0, ..Settings::new(Hardware::ALL[0].clone(), 1) };
    let outcome = least(&settings, &workload(16, requests));
    close(outcome.records[0].arrival, 1.0);
    close(outcome.records[1].arrival, outcome.records[0].end + 3.0);
    assert_eq!(outcome.records[1].cached, 992);
    close(outcome.records[1].ttft(), settings.hardware.prefill_time(1_500, 992));
    close(outcome.records[1].cold, settings.hardware.prefill_time(1_500, 0));
    close(outcome.hit_rate(), 992.0 / 2_500.0);
}

#[test]
fn what_cannot_be_run_is_refused() {
    let settings = Settings::new(hardware(1_000), 1);
    let refused = |settings: &Settings, requests: Vec<_>| {
        let make = &mut |_| Box::new(LeastInFlight::default()) as Box<dyn Gateway>;
        run(settings, &workload(16, requests), make).expect_err("refused")
    };
    let at = Arrival::At(0.0);
    let long = vec![request(at, 990, 11, 0, 16)];
    assert_eq!(refused(&settings, long), RunError::TooLong { number: 0, tokens: 1_001, kv_tokens: 1_000 });
    assert_eq!(refused(&settings, vec![request(at, 0, 1, 0, 16)]), RunError::Request { number: 0 });
    let later = Arrival::After { former: 0, think: 1.0 };
    assert_eq!(refused(&settings, vec![request(later, 1, 1, 0, 16)]), RunError::Request { number: 0 });
    let none = Settings { endpoints: 0, ..settings.clone() };
    assert_eq!(refused(&none, vec![request(at, 1, 1, 0, 16)]), RunError::NoEndpoint { number: 0 });
    let still = Settings { speed: 0.0, ..settings };
    assert!(matches!(refused(&still, vec![]), RunError::Setting { .. }));
}

/// How long a run of the size of a cell takes: `cargo test --release -p inferroute-benches --lib sim -- --ignored --nocapture pace`.
#[test]
#[ignore = "a measurement"]
fn pace() {
    for block_tokens in [16, 512] {
        let workload = conversations(5, 4_000, 1_500.0, block_tokens, 6_000);
        for replicas in [1, 4] {
            let started = Instant::now();
            let settings = Settings { replicas, ..Settings::new(Hardware::ALL[0].clone(), 8) };
            let outcome = least(&settings, &workload);
            let ttft: f64 = outcome.records.iter().map(super::super::Record::ttft).sum();
            println!(
                "blocks of {block_tokens}, {replicas} replicas: {} requests, {:.0} simulated seconds, hit rate {:.2}, mean TTFT {:.3} s, {} preemptions: {:?}",
                outcome.records.len(),
                outcome.end,
                outcome.hit_rate(),
                ttft / outcome.records.len() as f64,
                outcome.preemptions,
                started.elapsed()
            );
        }
    }
}
