//! `compile/<scenario>/<rules>`: text to plan, and the compile step alone; `observe/<event>/<endpoints>`: a change of endpoints.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use inferroute::{Event, Manifests, Nanos, Options, ReportedEndpoint, Strategy};
use inferroute_benches::{exact_rules, mixed_rules, router};

fn compile(criterion: &mut Criterion) {
    for rules in [10, 100, 1_000, 10_000] {
        let text = exact_rules(rules);
        criterion.bench_function(&format!("compile/text_to_plan/{rules}"), |bencher| {
            bencher.iter(|| {
                Manifests::from_yaml(&text).and_then(|manifests| manifests.compile(&Options::default()))
            });
        });
        criterion.bench_function(&format!("compile/exact_rules/{rules}"), |bencher| {
            let read = || Manifests::from_yaml(&text).ok();
            bencher.iter_batched(read, |m| m.map(|m| m.compile(&Options::default())), BatchSize::LargeInput);
        });
    }
    let text = mixed_rules(1_000);
    criterion.bench_function("compile/mixed_rules/1000", |bencher| {
        let read = || Manifests::from_yaml(&text).ok();
        bencher.iter_batched(read, |m| m.map(|m| m.compile(&Options::default())), BatchSize::LargeInput);
    });
}

fn observe(criterion: &mut Criterion) {
    for endpoints in [8, 64, 512] {
        let router = router(&exact_rules(10), endpoints, Strategy::TwoChoice);
        let endpoint = ReportedEndpoint::new("vllm-0001").address("10.0.0.1").label("app", "vllm");
        let event = Event::EndpointReported { endpoint };
        criterion.bench_function(&format!("observe/endpoint_reported/{endpoints}"), |bencher| {
            bencher.iter(|| router.observe(&event, Nanos::new(0)));
        });
    }
}

criterion_group!(benches, compile, observe);
criterion_main!(benches);
