//! `decide/<scenario>/<size>`: one decision of the pure function, and of the handle where it says so.

use criterion::{Criterion, criterion_group, criterion_main};
use inferroute::{DecisionRng, Nanos, NoTrace, Request, Router, Strategy, decide};
use inferroute_benches::{exact_rules, headers, mixed_rules, router};

const NOW: Nanos = Nanos::new(0);

fn pure(criterion: &mut Criterion, scenario: &str, size: usize, router: &Router, rules: usize) {
    let headers = headers(rules);
    let request = Request::new(&headers);
    let state = router.snapshot();
    let mut seed = 0u64;
    assert!(decide(&state, &request, NOW, &mut DecisionRng::from_seed(0), &mut NoTrace).is_ok());
    criterion.bench_function(&format!("decide/{scenario}/{size}"), |bencher| {
        bencher.iter(|| {
            seed += 1;
            decide(&state, &request, NOW, &mut DecisionRng::from_seed(seed), &mut NoTrace).is_ok()
        });
    });
}

fn rules(criterion: &mut Criterion) {
    for rules in [10, 100, 1_000, 10_000] {
        pure(criterion, "exact_rules", rules, &router(&exact_rules(rules), 64, Strategy::TwoChoice), rules);
    }
    for rules in [10, 100, 1_000] {
        pure(criterion, "mixed_rules", rules, &router(&mixed_rules(rules), 64, Strategy::TwoChoice), rules);
    }
}

fn endpoints(criterion: &mut Criterion) {
    for strategy in Strategy::ALL {
        for endpoints in [8, 64, 512] {
            pure(
                criterion,
                strategy.as_str(),
                endpoints,
                &router(&exact_rules(100), endpoints, *strategy),
                100,
            );
        }
    }
}

fn handle(criterion: &mut Criterion) {
    let router = router(&exact_rules(100), 64, Strategy::TwoChoice);
    let headers = headers(100);
    let request = Request::new(&headers);
    criterion
        .bench_function("decide/handle/64", |bencher| bencher.iter(|| router.decide(&request, NOW).is_ok()));
    criterion
        .bench_function("decide/ticket/64", |bencher| bencher.iter(|| router.route(&request, NOW).is_ok()));
    criterion.bench_function("decide/explain/64", |bencher| bencher.iter(|| router.explain(&request, NOW)));
}

criterion_group!(benches, rules, endpoints, handle);
criterion_main!(benches);
