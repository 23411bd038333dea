//! In which order the endpoints to generate and to prefill on are chosen, and that a pair may be better than the best of either kind.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "support/pool.rs"]
mod pool;

use inferroute::{
    Decider, Disaggregation, Event, Handler, LoadReport, Manifests, Nanos, Options, Profile,
    ReportedEndpoint, Request, Router, Scheduling, Scorer, StageOrder, TopologyLabels,
};
use pool::MANIFESTS;

const NOW: Nanos = Nanos::new(0);
const NO_HEADERS: &[(&str, &str)] = &[];

/// Name, role, host, waiting requests.
type Endpoint<'e> = (&'e str, &'e str, &'e str, u32);

fn router(scheduling: Scheduling, endpoints: &[Endpoint<'_>]) -> Router {
    let options = Options::default().scheduling(scheduling);
    let router = Router::new(Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap(), 1);
    for (number, (name, role, host, waiting)) in endpoints.iter().enumerate() {
        let endpoint =
            ReportedEndpoint::new(name).address(&format!("10.0.{}.{}", number / 256, number % 256));
        let endpoint = endpoint.label("app", "vllm").label("llm-d.ai/role", role);
        let endpoint = endpoint.label("kubernetes.io/hostname", host);
        router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
        let mut load = Box::new(LoadReport::default());
        load.waiting = Some(*waiting);
        router.observe(&Event::LoadPolled { endpoint: format!("default/{name}"), load }, NOW).unwrap();
    }
    router
}

fn scheduling(order: StageOrder, decider: Decider) -> Scheduling {
    let decode = Profile::new("decode").scorer(Scorer::Queue, 1.0);
    let decode = match order {
        // Whoever comes second looks at the first.
        StageOrder::PrefillFirst => decode.scorer(Scorer::TopologyAffinity(TopologyLabels::default()), 0.5),
        _ => decode,
    };
    let near = Scorer::TopologyAffinity(TopologyLabels::default());
    let prefill = Profile::new("prefill").scorer(Scorer::Queue, 1.0).scorer(near, 0.5);
    Scheduling::disaggregated(decode, prefill, decider).stage_order(order)
}

/// To generate and to prefill on.
fn chosen(router: &Router) -> (String, Option<String>) {
    let decision = router.decide(&Request::new(&NO_HEADERS).prompt_tokens(500), NOW).unwrap();
    let name = |id: &str| id.trim_start_matches("default/").to_owned();
    (name(decision.endpoint()), decision.prefill().map(|endpoint| name(endpoint.id)))
}

fn both(decode: &str, prefill: &str) -> (String, Option<String>) {
    (decode.to_owned(), Some(prefill.to_owned()))
}

/// `d1` waits a little longer than `d0`, and has a prefiller on its own host; that of `d0`'s is full.
const NEAR: [Endpoint<'_>; 5] = [
    ("d0", "decode", "a", 0),
    ("d1", "decode", "b", 2),
    ("d2", "decode", "c", 10),
    ("p0", "prefill", "a", 10),
    ("p1", "prefill", "b", 0),
];

#[test]
fn a_pair_may_be_better_than_the_best_of_each() {
    let of = |order| chosen(&router(scheduling(order, Decider::Always), &NEAR));
    assert_eq!(of(StageOrder::DecodeFirst), both("d0", "p1"), "1 + 1, and they are apart");
    assert_eq!(of(StageOrder::Joint), both("d1", "p1"), "0.8 + 1 + 0.5");
    assert_eq!(of(StageOrder::PrefillFirst), both("d1", "p1"), "p1 first, and d1 is next to it");
}

#[test]
fn who_prefills_first_is_looked_at_by_who_generates() {
    // `p0` is idle and stands next to `d2`.
    let endpoints = [
        ("d0", "decode", "a", 0),
        ("d2", "decode", "c", 4),
        ("d3", "decode", "d", 10),
        ("p0", "prefill", "c", 0),
    ];
    let of = |order| chosen(&router(scheduling(order, Decider::Always), &endpoints));
    assert_eq!(of(StageOrder::PrefillFirst), both("d2", "p0"));
    assert_eq!(of(StageOrder::DecodeFirst), both("d0", "p0"));
}

#[test]
fn what_the_decider_does_not_want_is_not_paired() {
    let decider = |prompt_tokens| Decider::PrefixBased { non_cached_tokens: 1, prompt_tokens };
    let router = |tokens| router(scheduling(StageOrder::Joint, decider(tokens)), &NEAR);
    assert_eq!(chosen(&router(1)), ("d0".to_owned(), None), "without a prompt nobody knows what is cached");
    let decide = |tokens, prompt: &str| {
        let router = router(tokens);
        let request = Request::new(&NO_HEADERS).prompt(inferroute::Prompt::Text(prompt.as_bytes()));
        let decision = router.decide(&request, NOW).unwrap();
        (decision.endpoint().to_owned(), decision.prefill().is_some())
    };
    let prompt = "a question ".repeat(100);
    assert_eq!(decide(1, &prompt), ("default/d1".to_owned(), true));
    assert_eq!(decide(1000, &prompt), ("default/d0".to_owned(), false));
}

#[test]
fn without_a_prefiller_whoever_generates_does_it_all() {
    let none = &NEAR.map(|(name, _, host, waiting)| (name, "decode", host, waiting))[..3];
    for order in [StageOrder::DecodeFirst, StageOrder::PrefillFirst, StageOrder::Joint] {
        assert_eq!(
            chosen(&router(scheduling(order, Decider::Always), none)),
            ("d0".to_owned(), None),
            "{order:?}"
        );
    }
}

#[test]
fn the_others_stay_fallbacks_in_their_order() {
    let router = router(scheduling(StageOrder::Joint, Decider::Always), &NEAR);
    let decision = router.decide(&Request::new(&NO_HEADERS), NOW).unwrap();
    let named: Vec<&str> = decision.fallbacks().map(|attempt| attempt.endpoint()).collect();
    assert_eq!((decision.endpoint(), named), ("default/d1", vec!["default/d0", "default/d2"]));
    let text = router.explain(&Request::new(&NO_HEADERS), NOW).to_string();
    let line =
        "paired: default/d1 generates, default/p1 prefills: 0.8000 + 1.0000 + 0.5000 for both together";
    assert!(text.contains(line), "{text}");
}

/// All pairs, one by one.
#[test]
fn the_best_of_all_pairs_is_taken() {
    let mut chance = 1_u64;
    let mut next = |bound: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((chance >> 33) % bound).unwrap()
    };
    for round in 0..50 {
        let hosts = ["a", "b", "c", "d"];
        let names: Vec<String> = (0..10).map(|number| format!("e{number}")).collect();
        // At most eight of each kind, so that none is left out.
        let endpoints: Vec<Endpoint<'_>> = names
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let role = if number < 5 { "decode" } else { "prefill" };
                (name.as_str(), role, hosts[usize::try_from(next(4)).unwrap()], next(20))
            })
            .collect();
        let router = router(scheduling(StageOrder::Joint, Decider::Always), &endpoints);
        let (decode, prefill) = chosen(&router);
        let (decoding, prefilling) = endpoints.split_at(5);
        let score = |of: &[Endpoint<'_>], waiting: u32| {
            let most = of.iter().map(|each| each.3).max().unwrap();
            let fewest = of.iter().map(|each| each.3).min().unwrap();
            if most == fewest { 1.0 } else { f64::from(most - waiting) / f64::from(most - fewest) }
        };
        let sum = |d: &Endpoint<'_>, p: &Endpoint<'_>| {
            score(decoding, d.3) + score(prefilling, p.3) + if d.2 == p.2 { 0.5 } else { 0.0 }
        };
        let best = decoding
            .iter()
            .flat_map(|d| prefilling.iter().map(move |p| sum(d, p)))
            .fold(f64::NEG_INFINITY, f64::max);
        let find = |name: &str| endpoints.iter().find(|each| each.0 == name).unwrap();
        let taken = sum(find(&decode), find(&prefill.unwrap()));
        assert!((taken - best).abs() < 1e-9, "round {round}: {taken} of {best}");
    }
}

#[test]
fn the_order_is_read_from_configurations() {
    let config = |order: &str, decider: &str| {
        format!(
            "{{apiVersion: llm-d.ai/v1alpha1, kind: EndpointPickerConfig, plugins: [{{type: disagg-profile-handler, parameters: {{stageOrder: {order}{decider}}}}}, \
             {{type: always-disagg-pd-decider}}, {{type: queue-scorer}}, {{type: topology-affinity-scorer}}, {{type: decode-filter}}, {{type: prefill-filter}}], \
             schedulingProfiles: [{{name: decode, plugins: [{{pluginRef: decode-filter}}, {{pluginRef: queue-scorer}}]}}, \
             {{name: prefill, plugins: [{{pluginRef: prefill-filter}}, {{pluginRef: queue-scorer}}, {{pluginRef: topology-affinity-scorer, weight: 0.5}}]}}]}}"
        )
    };
    let with = ", deciders: {prefill: always-disagg-pd-decider}";
    let of = |order, decider| chosen(&router(Scheduling::from_yaml(&config(order, decider)).unwrap(), &NEAR));
    assert_eq!(of("joint", with), both("d1", "p1"));
    assert_eq!(of("joint", ""), ("d0".to_owned(), None), "nothing decides that anybody prefills");
    assert_eq!(of("decode-first", with), both("d0", "p1"));
    assert!(Scheduling::from_yaml(&config("prefill-first", with)).is_err());
    assert!(Scheduling::from_yaml(&config("together", with)).is_err());
}

#[test]
fn a_handler_in_code_says_the_same() {
    let handler = Handler::Disaggregated(Disaggregation {
        decode: "decode".to_owned(),
        prefill: Some(("prefill".to_owned(), Decider::Always)),
        encode: None,
        order: StageOrder::Joint,
    });
    let role = |role| inferroute::Filter::Role(role);
    let decode = Profile::new("decode").filter(role(inferroute::Role::Decode)).scorer(Scorer::Queue, 1.0);
    let near = Scorer::TopologyAffinity(TopologyLabels::default());
    let prefill = Profile::new("prefill").filter(role(inferroute::Role::Prefill)).scorer(Scorer::Queue, 1.0);
    let made = Scheduling::new(vec![decode, prefill.scorer(near, 0.5)], handler);
    assert_eq!(chosen(&router(made, &NEAR)), both("d1", "p1"));
}
