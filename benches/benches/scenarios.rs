//! Times every scenario: `cargo bench -p inferroute-benches -- score/`. Ids are `area/scenario/size`.

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inferroute_benches::scenarios;

fn all(criterion: &mut Criterion) {
    for scenario in scenarios::all() {
        let id = scenario.id().to_owned();
        let (group, rest) = id.split_once('/').unwrap_or((&id, "0"));
        let mut group = criterion.benchmark_group(group);
        if let Some(bytes) = scenario.throughput() {
            group.throughput(Throughput::Bytes(bytes));
        }
        // Prepared only where the filter lets it run, and once: this is called anew for each sample.
        let mut run = None;
        group.bench_function(rest, |bencher| bencher.iter(run.get_or_insert_with(|| scenario.prepare())));
        group.finish();
    }
}

fn quick() -> Criterion {
    let (warm_up, measured) = (Duration::from_millis(300), Duration::from_secs(1));
    Criterion::default().warm_up_time(warm_up).measurement_time(measured).sample_size(50)
}

criterion_group! {
    name = benches;
    config = quick();
    targets = all
}
criterion_main!(benches);
