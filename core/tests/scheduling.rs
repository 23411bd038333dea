//! Scorers and filters one by one, through the public API: what they rate and keep, and what they do where they know nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/scheduling.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod scheduling;

use inferroute::{
    AttributeFilter, Comparison, ConcurrencyDetector, ConcurrencyMode, Event, Filter, Finite, Fraction,
    LoadReport, LoraFormula, LoraReport, MissingLoad, Nanos, Normalization, Profile, Request, Scheduling,
    Scorer, Session, UtilizationDetector,
};
use scheduling::{Pool, SECOND, alike, filtered, pool_of, scheduled, scored};

const NONE: [(&str, &str); 0] = [];

fn adapters(pool: &Pool, second: u64, name: &str, active: &[&str], waiting: &[&str], max: Option<u32>) {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut lora = LoraReport::default();
    (lora.active, lora.waiting, lora.max) = (owned(active), owned(waiting), max);
    let mut report = LoadReport::default();
    report.lora = Some(lora);
    pool.load(second, name, report);
}

fn attribute(pool: &Pool, second: u64, name: &str, value: f64) {
    let (endpoint, attribute) = (format!("default/{name}"), "price".to_owned());
    let value = Finite::new(value).unwrap();
    pool.tell(second, Event::AttributeReported { endpoint, attribute, value });
}

#[test]
fn lora_affinity_follows_what_endpoints_tell() {
    let request = Request::new(&NONE).model("a");
    for (formula, expected) in [
        (LoraFormula::Upstream, [1.0, 0.8, 0.6, 0.0, 0.6]),
        (LoraFormula::EachOnce, [1.0, 0.6, 0.8, 0.0, 0.8]),
    ] {
        let pool = alike(scored(Scorer::LoraAffinity(formula)), 6);
        adapters(&pool, 0, "e00", &["b", "a"], &[], Some(1));
        adapters(&pool, 0, "e01", &["b"], &[], Some(2));
        adapters(&pool, 0, "e02", &["b"], &["a"], Some(2));
        adapters(&pool, 0, "e03", &["b", "c"], &[], Some(2));
        adapters(&pool, 0, "e04", &["b"], &["b", "a"], Some(3));
        let told: Vec<_> = expected.into_iter().map(Some).chain([None]).collect();
        assert_eq!(pool.ratings(30, &request), told, "{formula:?}: e05 told nothing");
        assert_eq!(pool.ratings(31, &request), [None; 6], "{formula:?}: stale");
        assert_eq!(pool.ratings(30, &Request::new(&NONE)), [None; 6], "{formula:?}: no model");
    }
}

#[test]
fn an_adapter_that_runs_and_waits_takes_one_place_where_each_counts_once() {
    let request = Request::new(&NONE).model("a");
    let of = |formula| {
        let pool = alike(scored(Scorer::LoraAffinity(formula)), 1);
        adapters(&pool, 0, "e00", &["b"], &["b"], Some(2));
        pool.ratings(0, &request)
    };
    assert_eq!(of(LoraFormula::Upstream), [Some(0.0)]);
    assert_eq!(of(LoraFormula::EachOnce), [Some(0.6)]);
}

#[test]
fn a_session_token_leads_back_to_its_endpoint() {
    let pool = alike(scored(Scorer::SessionAffinity(Session::encoded_endpoint())), 3);
    let token = |token: &str| [("X-Session-Token", token.to_owned())];
    let first = pool.router.route(&Request::new(&NONE), Nanos::new(0)).unwrap();
    let given = token(&first.decision().session_token());
    for seed in 0..20 {
        let decision = pool.router.decide_seeded(&Request::new(&given), Nanos::new(0), seed).unwrap();
        assert_eq!(decision.endpoint(), first.decision().endpoint());
    }
    for strange in ["", "?", "ZGVmYXVsdC9nb25l", &"A".repeat(4000)] {
        assert_eq!(pool.ratings(0, &Request::new(&token(strange))), [Some(0.0); 3], "{strange:?}");
    }
    let twice = [("x-session-token", "ZGVmYXVsdC9lMDE="), ("x-session-token", "ZGVmYXVsdC9lMDI=")];
    assert_eq!(pool.ratings(0, &Request::new(&twice)), [Some(0.0); 3], "two tokens are none");
}

#[test]
fn a_session_stays_where_it_was_sent_first() {
    for profile in [
        Profile::new("scored").scorer(Scorer::SessionAffinity(Session::id()), 1.0),
        Profile::new("filtered").filter(Filter::SessionAffinity(Session::id())),
    ] {
        let pool = alike(profile, 5);
        for session in 0..40 {
            let header = [("x-session-id", format!("session-{session}"))];
            let request = Request::new(&header);
            let first = pool.router.route(&request, Nanos::new(0)).unwrap();
            for second in 1..10 {
                let again = pool.router.route(&request, Nanos::new(second * 200 * SECOND)).unwrap();
                assert_eq!(again.decision().endpoint(), first.decision().endpoint());
            }
        }
        let unknown = [("x-session-id", "never seen")];
        assert_eq!(pool.kept(0, &Request::new(&unknown)).len(), 5);
    }
}

#[test]
fn a_session_that_rests_too_long_or_loses_its_endpoint_is_bound_anew() {
    let pool = alike(filtered(Filter::SessionAffinity(Session::id())), 5);
    let header = [("x-session-id", "s")];
    let request = Request::new(&header);
    let first = pool.router.route(&request, Nanos::new(0)).unwrap().decision().endpoint().to_owned();
    assert_eq!(pool.kept(300, &request).len(), 1);
    assert_eq!(pool.kept(301, &request).len(), 5);
    let name = first.trim_start_matches("default/").to_owned();
    pool.tell(1, Event::EndpointGone { namespace: None, name });
    assert_eq!(pool.kept(1, &request).len(), 4);
    let second = pool.router.route(&request, Nanos::new(SECOND)).unwrap().decision().endpoint().to_owned();
    assert_ne!(first, second);
    assert_eq!(pool.told(2, 5, &request).unwrap().picked[0], second.trim_start_matches("default/"));
}

#[test]
fn deciding_without_sending_binds_no_session() {
    let pool = alike(filtered(Filter::SessionAffinity(Session::id())), 5);
    let header = [("x-session-id", "s")];
    pool.router.decide(&Request::new(&header), Nanos::new(0)).unwrap();
    assert_eq!(pool.kept(0, &Request::new(&header)).len(), 5);
}

#[test]
fn header_and_label_are_compared_by_value() {
    let scorer = Scorer::HeaderLabelAffinity { header: "X-Tenant".into(), label: "tenant".into() };
    let endpoints: [(&str, &[(&str, &str)]); 4] =
        [("a", &[("tenant", "gold")]), ("b", &[("tenant", "Gold")]), ("c", &[("tenant", "")]), ("d", &[])];
    let pool = pool_of(scored(scorer), &endpoints);
    let ratings = |value: &str| pool.ratings(0, &Request::new(&[("x-tenant", value)]));
    assert_eq!(ratings("gold"), [Some(1.0), Some(0.0), Some(0.0), Some(0.0)]);
    assert_eq!((ratings("none"), ratings("")), (vec![Some(0.0); 4], vec![Some(0.0); 4]));
    assert_eq!(pool.ratings(0, &Request::new(&NONE)), [Some(0.0); 4]);
}

#[test]
fn context_length_rates_and_filters_by_the_range_in_the_label() {
    let label = "llm-d.ai/context-length-range".to_owned();
    let endpoints: [(&str, &[(&str, &str)]); 4] = [
        ("long", &[(&label, "8000-32000")]),
        ("none", &[]),
        ("odd", &[(&label, "all")]),
        ("short", &[(&label, "0-8000")]),
    ];
    let pool = pool_of(scored(Scorer::ContextLength { label: label.clone() }), &endpoints);
    let short = pool.ratings(0, &Request::new(&NONE).prompt_tokens(2000));
    assert_eq!(short[..3], [Some(0.3 / 7.0), Some(0.5), Some(0.0)]);
    assert_eq!(short[3], Some(0.3 + (0.7 / 1.8 + 0.3 * (6000.0 / 8000.0)) * (1.0 - 0.3)));
    let pool = pool_of(filtered(Filter::ContextLength { label: label.clone() }), &endpoints);
    assert_eq!(pool.kept(0, &Request::new(&NONE).prompt_tokens(2000)), ["none", "short"]);
    assert_eq!(pool.kept(0, &Request::new(&NONE).prompt_tokens(8000)), ["long", "none", "short"]);
    assert_eq!(pool.kept(0, &Request::new(&NONE).prompt_tokens(99_999)), ["none"]);
}

#[test]
fn attributes_rate_by_their_place_and_go_stale() {
    let request = Request::new(&NONE);
    let scorer = |less_is_better, normalization| Scorer::EndpointAttribute {
        attribute: "price".into(),
        less_is_better,
        normalization,
    };
    let of = |scorer, values: &[f64]| {
        let pool = alike(scored(scorer), values.len() + 1);
        for (number, value) in values.iter().enumerate() {
            attribute(&pool, 0, &format!("e{number:02}"), *value);
        }
        assert!(pool.ratings(31, &request).iter().all(Option::is_none), "stale");
        pool.ratings(30, &request)
    };
    let adaptive = || Normalization::Adaptive;
    assert_eq!(of(scorer(true, adaptive()), &[1.0, 3.0, 2.0]), [Some(1.0), Some(0.0), Some(0.5), None]);
    assert_eq!(of(scorer(false, adaptive()), &[1.0, 3.0, 2.0]), [Some(0.0), Some(1.0), Some(0.5), None]);
    assert_eq!(of(scorer(false, adaptive()), &[7.0, 7.0]), [Some(1.0), Some(1.0), None]);
    assert_eq!(of(scorer(true, adaptive()), &[7.0]), [Some(1.0), None]);
    let fixed = Normalization::Fixed { min: 0.0, max: 4.0 };
    assert_eq!(of(scorer(true, fixed), &[-1.0, 1.0, 9.0]), [Some(1.0), Some(0.75), Some(0.0), None]);
}

#[test]
fn attributes_that_cannot_be_are_refused() {
    let pool = alike(Profile::new("any"), 1);
    let report = |attribute: &str| {
        let (endpoint, attribute) = ("default/e00".to_owned(), attribute.to_owned());
        let event = Event::AttributeReported { endpoint, attribute, value: Finite::default() };
        pool.router.observe(&event, Nanos::new(0)).map_err(|error| error.code())
    };
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Finite::new(value), None);
    }
    let text = r#"{"event": "attribute_reported", "endpoint": "e", "attribute": "a", "value": 1e999}"#;
    assert!(serde_json::from_str::<Event>(text).is_err());
    for number in 0..16 {
        assert_eq!(report(&format!("a{number}")), Ok(()));
    }
    assert_eq!(report("one too many"), Err("EV0005"));
    assert_eq!(report("a3"), Ok(()));
}

#[test]
fn an_attribute_filter_says_what_happens_to_missing_ones_and_to_nobody_left() {
    let request = Request::new(&NONE);
    let filter = |keep_missing, fallback_on_empty, value| {
        let settings = AttributeFilter::new("price", Comparison::LessOrEqual, value);
        let filter =
            Filter::EndpointAttribute(AttributeFilter { keep_missing, fallback_on_empty, ..settings });
        let pool = alike(filtered(filter), 3);
        attribute(&pool, 0, "e00", 1.0);
        attribute(&pool, 0, "e01", 2.0);
        (pool.kept(0, &request).join(" "), pool.kept(31, &request).len())
    };
    assert_eq!(filter(true, false, 1.0), ("e00 e02".into(), 3));
    assert_eq!(filter(false, false, 1.0), ("e00".into(), 0));
    assert_eq!(filter(false, false, 0.0), ("".into(), 0));
    assert_eq!(filter(false, true, 0.0), ("e00 e01 e02".into(), 3));
    let comparisons = [
        (Comparison::Less, "e00"),
        (Comparison::LessOrEqual, "e00 e01"),
        (Comparison::Greater, "e02"),
        (Comparison::GreaterOrEqual, "e01 e02"),
        (Comparison::Equal, "e01"),
        (Comparison::NotEqual, "e00 e02"),
    ];
    for (comparison, kept) in comparisons {
        let pool =
            alike(filtered(Filter::EndpointAttribute(AttributeFilter::new("price", comparison, 2.0))), 3);
        (0..3).for_each(|number| attribute(&pool, 0, &format!("e0{number}"), f64::from(number) + 1.0));
        assert_eq!(pool.kept(0, &request).join(" "), kept, "{comparison:?}");
    }
}

fn load(waiting: Option<u32>, kv_usage: Option<f64>) -> LoadReport {
    let mut report = LoadReport::default();
    (report.waiting, report.kv_usage) = (waiting, kv_usage.and_then(Fraction::new));
    report
}

#[test]
fn the_utilization_detector_keeps_what_is_below_both_limits() {
    let request = Request::new(&NONE);
    let of = |settings: UtilizationDetector, missing: MissingLoad| {
        let profile = filtered(Filter::UtilizationDetector(settings));
        let names = ["a", "b", "c", "d", "e", "f"].map(|name| (name, &[] as &[(&str, &str)]));
        let pool = scheduled(Scheduling::single(profile).missing_load(missing), &names);
        pool.load(0, "a", load(Some(4), Some(0.79)));
        pool.load(0, "b", load(Some(5), None));
        pool.load(0, "c", load(None, Some(0.8)));
        pool.load(0, "d", load(None, Some(0.2)));
        pool.load(0, "e", load(None, None));
        (pool.kept(0, &request).join(""), pool.kept(1, &request).join(""))
    };
    let settings = UtilizationDetector::default();
    let closed = UtilizationDetector { fallback_on_empty: false, ..settings };
    let roomy = UtilizationDetector { headroom: 0.1, ..settings };
    assert_eq!(of(settings, MissingLoad::CountsAsFull), ("ad".into(), "abcdef".into()));
    assert_eq!(of(closed, MissingLoad::CountsAsFull), ("ad".into(), "".into()));
    assert_eq!(of(closed, MissingLoad::CountsAsIdle), ("adef".into(), "abcdef".into()));
    assert_eq!(of(roomy, MissingLoad::CountsAsFull), ("abcd".into(), "abcdef".into()));
}

#[test]
fn what_was_sent_since_the_poll_counts_as_waiting_for_the_detector() {
    let detector = UtilizationDetector { fallback_on_empty: false, ..UtilizationDetector::default() };
    let pool = alike(filtered(Filter::UtilizationDetector(detector)), 1);
    pool.load(0, "e00", load(Some(3), None));
    let request = Request::new(&NONE);
    let tickets: Vec<_> = (0..3).map(|_| pool.router.route(&request, Nanos::new(0))).collect();
    assert_eq!(tickets.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
    drop(tickets);
    assert_eq!(pool.kept(0, &request).len(), 1);
}

#[test]
fn the_concurrency_detector_counts_requests_tokens_or_both() {
    let request = Request::new(&NONE);
    let of = |settings: ConcurrencyDetector| {
        let pool = alike(filtered(Filter::ConcurrencyDetector(settings)), 3);
        pool.in_flight("e00", 10);
        let started = |endpoint: &str, prompt_tokens| Event::RequestStarted {
            endpoint: endpoint.into(),
            prompt_tokens,
        };
        pool.tell(0, started("default/e01", 1000));
        pool.kept(0, &request).join(" ")
    };
    let settings = ConcurrencyDetector { requests: 10, tokens: 1000, ..ConcurrencyDetector::default() };
    let mode = |mode| ConcurrencyDetector { mode, ..settings };
    assert_eq!(of(settings), "e01 e02");
    assert_eq!(of(mode(ConcurrencyMode::Tokens)), "e00 e02");
    assert_eq!(of(mode(ConcurrencyMode::Hybrid)), "e02");
    assert_eq!(of(ConcurrencyDetector { headroom: 0.05, ..settings }), "e01 e02", "10.5 requests are 10");
    assert_eq!(of(ConcurrencyDetector { headroom: 0.1, ..settings }), "e00 e01 e02");
    assert_eq!(of(ConcurrencyDetector { requests: 0, ..settings }), "");
    assert_eq!(of(ConcurrencyDetector { requests: 0, fallback_on_empty: true, ..settings }), "e00 e01 e02");
}
