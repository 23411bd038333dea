use std::collections::{HashMap, HashSet};

use super::super::directory;
use super::{RECIPES, Recipe, by_name};
use crate::sim::{Arrival, SimRequest, Workload};

fn built(recipe: &Recipe, seed: u64, requests: usize) -> Workload {
    match recipe.build(None, seed, Some(requests)) {
        Ok(Some(workload)) => workload,
        other => panic!("{}: {other:?}", recipe.name),
    }
}

fn generated(name: &str) -> Workload {
    built(by_name(name).unwrap_or_else(|| panic!("{name}")), 1, 4_000)
}

fn mean(workload: &Workload, value: impl Fn(&SimRequest) -> f64) -> f64 {
    workload.requests.iter().map(value).sum::<f64>() / workload.requests.len() as f64
}

/// The share of prompt tokens that a cache without bounds finds when requests come in the order of their numbers.
fn ideal_hits(workload: &Workload) -> f64 {
    let (mut seen, mut hits, mut total) = (HashSet::new(), 0, 0);
    for request in &workload.requests {
        let known = request.blocks.iter().take_while(|block| seen.contains(*block)).count() as u64;
        hits += (known * u64::from(workload.block_tokens)).min(u64::from(request.prompt));
        total += u64::from(request.prompt);
        seen.extend(request.blocks.iter().copied());
    }
    hits as f64 / total as f64
}

fn times(workload: &Workload) -> Vec<f64> {
    let at = |request: &SimRequest| match request.arrival {
        Arrival::At(time) => Some(time),
        Arrival::After { .. } => None,
    };
    workload.requests.iter().filter_map(at).collect()
}

/// What the interface promises of every workload.
fn check(workload: &Workload, closed: bool) {
    let name = &workload.name;
    let times = times(workload);
    assert!(times.is_sorted() && times.iter().all(|time| *time >= 0.0 && time.is_finite()), "{name}");
    assert_eq!(times.len() < workload.requests.len(), closed, "{name}");
    let mut parents: HashMap<u64, Option<u64>> = HashMap::new();
    for (number, request) in workload.requests.iter().enumerate() {
        assert!(request.prompt > 0 && request.output > 0, "{name} {number}");
        let full = (request.prompt / workload.block_tokens) as usize;
        let most = request.prompt.div_ceil(workload.block_tokens) as usize;
        assert!((full..=most).contains(&request.blocks.len()), "{name} {number}");
        if let Arrival::After { former, think } = request.arrival {
            assert!(former < number && think >= 0.0, "{name} {number}");
            assert_eq!(workload.requests[former].session, request.session, "{name} {number}");
        }
        // A number stands for its block and all before it, so what is before it never differs.
        let mut parent = None;
        for block in &request.blocks {
            assert_eq!(*parents.entry(*block).or_insert(parent), parent, "{name} {number}: block {block}");
            parent = Some(*block);
        }
    }
}

#[test]
fn every_workload_keeps_the_promises_of_the_interface() {
    let traces = directory(None);
    for recipe in RECIPES {
        match recipe.build(traces.as_deref(), 1, recipe.is_trace().then_some(usize::MAX)) {
            Ok(Some(workload)) => check(&workload, recipe.closed),
            Ok(None) => eprintln!("{}: its trace is not there, skipped", recipe.name),
            Err(error) => panic!("{}: {error}", recipe.name),
        }
    }
}

#[test]
fn generators_give_as_many_requests_as_asked_for_and_the_same_for_the_same_seed() {
    for recipe in RECIPES.iter().filter(|recipe| !recipe.is_trace()) {
        let text = |seed| format!("{:?}", built(recipe, seed, 300).requests);
        assert_eq!(built(recipe, 1, 300).requests.len(), 300, "{}", recipe.name);
        assert!(text(1) == text(1), "{}", recipe.name);
        assert!(text(1) != text(2), "{}", recipe.name);
        assert!(built(recipe, 1, 0).requests.is_empty(), "{}", recipe.name);
    }
}

#[test]
fn generators_have_the_lengths_and_shares_that_they_claim() {
    // Mean prompt, mean answer, ideal hits; each bound is wide enough for another seed.
    let claims = [
        ("chat", 9_500.0..16_000.0, 250.0..450.0, 0.30..0.48),
        ("chat-closed", 9_500.0..16_000.0, 250.0..450.0, 0.30..0.48),
        ("system-prompts", 2_500.0..6_500.0, 150.0..300.0, 0.65..0.95),
        ("agent-sessions", 25_000.0..55_000.0, 200.0..400.0, 0.90..0.99),
        ("bursts", 1_600.0..2_600.0, 18.0..40.0, 0.0..0.001),
        ("tenants", 1_500.0..6_000.0, 100.0..500.0, 0.1..0.6),
        ("lora", 1_400.0..3_500.0, 150.0..350.0, 0.4..0.7),
        ("hot", 6_500.0..9_500.0, 150.0..350.0, 0.65..0.85),
        ("tool-agents", 6_500.0..11_500.0, 120.0..260.0, 0.50..0.72),
    ];
    for (name, prompt, output, hits) in claims {
        let workload = generated(name);
        let got = (
            mean(&workload, |request| f64::from(request.prompt)),
            mean(&workload, |request| f64::from(request.output)),
            ideal_hits(&workload),
        );
        assert!(
            prompt.contains(&got.0) && output.contains(&got.1) && hits.contains(&got.2),
            "{name}: {got:?}"
        );
    }
}

#[test]
fn bursts_come_in_bursts() {
    let times = times(&generated("bursts"));
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
    assert!(deviation / mean > 4.0, "coefficient of variation {}", deviation / mean);
    let busy: HashSet<u64> = times.iter().map(|time| (time / 60.0) as u64).collect();
    let minutes = times[times.len() - 1] / 60.0;
    assert!((busy.len() as f64) < 0.93 * minutes, "{} of {minutes} minutes", busy.len());
}

#[test]
fn tenants_and_adapters_have_zipf_sizes() {
    let shares = |name: &str, key: fn(&SimRequest) -> u32| {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for request in &generated(name).requests {
            *counts.entry(key(request)).or_default() += 1;
        }
        (counts.len(), f64::from(counts[&0]) / 4_000.0, f64::from(counts[&1]) / 4_000.0)
    };
    // 1 / sum of rank^-1.2 over 55 ranks is 0.302; bursts widen it.
    let (tenants, first, _) = shares("tenants", |request| request.tenant);
    assert!(tenants > 45 && (0.2..0.4).contains(&first), "{tenants} {first}");
    // 1 / sum of 1/rank over 64 ranks is 0.211.
    let (adapters, first, second) = shares("lora", |request| request.adapter.unwrap_or(u32::MAX));
    assert!(adapters > 55 && (0.19..0.23).contains(&first), "{adapters} {first}");
    assert!((1.7..2.4).contains(&(first / second)), "{first} {second}");
}

#[test]
fn half_of_the_hot_requests_ask_about_the_hot_document() {
    let workload = generated("hot");
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for request in &workload.requests {
        *counts.entry(request.blocks.first().copied().unwrap_or(u64::MAX)).or_default() += 1;
    }
    let hot: u32 = counts.values().filter(|count| **count > 100).sum();
    assert!((0.45..0.55).contains(&(f64::from(hot) / 4_000.0)), "{hot}");
}
