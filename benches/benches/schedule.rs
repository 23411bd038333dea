//! `schedule/<profile>/<endpoints>`: one decision with a profile of scorers, loads polled and prompts remembered.

use criterion::{Criterion, criterion_group, criterion_main};
use inferroute::{
    BlockHashes, DecisionRng, Event, Fraction, LoadReport, Nanos, NoTrace, Options, Picker,
    PredictedCompletion, Profile, Prompt, Request, Router, Scheduling, Scorer, decide,
};
use inferroute_benches::{exact_rules, headers, with_options};

const NOW: Nanos = Nanos::new(0);

fn profile() -> Profile {
    Profile::new("default")
        .scorer(Scorer::Queue, 2.0)
        .scorer(Scorer::KvCacheUtilization, 2.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 }, 3.0)
}

fn predicted_completion() -> Profile {
    Profile::new("default").scorer(Scorer::PredictedCompletion(PredictedCompletion::default()), 1.0)
}

/// A router whose endpoints told their loads, and of which one in eight was sent `prompt` before.
fn router(profile: Profile, endpoints: usize, prompt: &[u32]) -> Router {
    let options = Options::default().scheduling(Scheduling::single(profile)).fallback_endpoints(0);
    let router = with_options(&exact_rules(1), endpoints, &options);
    for n in 0..endpoints {
        let mut load = Box::new(LoadReport::default());
        load.waiting = Some((n * 5 % 11).try_into().unwrap_or_default());
        load.kv_usage = Fraction::new(f64::from(u32::try_from(n * 3 % 17).unwrap_or_default()) / 20.0);
        let event = Event::LoadPolled { endpoint: format!("default/vllm-{n:04}"), load };
        router.observe(&event, NOW).unwrap_or_else(|error| panic!("{error}"));
    }
    let headers = headers(1);
    for n in 0..endpoints.div_ceil(8) {
        let address = format!("10.0.{}.{}", n * 8 / 256, n * 8 % 256);
        let request = Request::new(&headers).prompt(Prompt::Tokens(prompt)).subset(&address);
        drop(router.route(&request, NOW).unwrap_or_else(|refused| panic!("{refused}")));
    }
    router
}

fn bench(criterion: &mut Criterion, name: &str, router: &Router, prompt: Option<&[u32]>) {
    let headers = headers(1);
    let request = Request::new(&headers);
    let request = prompt.map_or(request, |prompt| request.prompt(Prompt::Tokens(prompt)));
    let state = router.snapshot();
    let mut seed = 0u64;
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            seed += 1;
            decide(&state, &request, NOW, &mut DecisionRng::from_seed(seed), &mut NoTrace).is_ok()
        });
    });
}

fn scoring(criterion: &mut Criterion) {
    let short: Vec<u32> = (0..256).collect();
    let long: Vec<u32> = (0..32_768).collect();
    for endpoints in [8, 64, 512, 4096] {
        let of = |name: &str| format!("schedule/{name}/{endpoints}");
        let nothing = Profile::new("random").picker(Picker::Random);
        bench(criterion, &of("none"), &router(nothing, endpoints, &short), None);
        let router = router(profile(), endpoints, &long);
        bench(criterion, &of("queue-kv-prefix"), &router, Some(&short));
        if endpoints <= 512 {
            bench(criterion, &of("queue-kv-prefix-32k-tokens"), &router, Some(&long));
            let router = self::router(predicted_completion(), endpoints, &long);
            bench(criterion, &of("predicted-completion"), &router, Some(&short));
        }
    }
    // The scratch space of a decision, so that its size is seen when it grows.
    assert!(size_of::<BlockHashes>() < 17_000);
}

criterion_group!(benches, scoring);
criterion_main!(benches);
