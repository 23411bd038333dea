//! A decision allocates nothing: counted over every vector, and over a pool of 4,096 endpoints. Nor does reading a body without escapes, or a metrics
//! page without LoRA adapters.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/counting.rs"]
mod counting;
#[allow(dead_code, reason = "each test takes its part of it")]
mod support;

use counting::allocations;
use inferroute::{
    AttributeFilter, Body, BodyFormat, BodyLimits, CircuitBreaker, Comparison, ConcurrencyDetector, Decider,
    DecisionRng, DecisionTree, Disaggregation, Event, Filter, Fraction, Handler, HashKey, LatencyScorer,
    LinearLatency, LinearTerms, LoadReport, LoraFormula, Manifests, Nanos, NoTrace, Normalization, Options,
    OutlierEjection, Picker, PredictedCompletion, PrefixCacheAffinity, Profile, ReportedEndpoint, Request,
    Router, Scheduling, Scorer, ScrapeOptions, Session, SharedModel, SloHeadroomTier, StageOrder,
    TopologyLabels, UtilizationDetector, decide,
};

#[test]
fn no_vector_allocates_in_decide() {
    let mut decided = 0;
    support::for_each_case(|name, case, config, folder| {
        let Ok(plan) = config.plan(folder) else { return };
        let router = case.router(plan);
        let state = router.snapshot();
        let request = case.request.view();
        // The first use of a regular expression fills its scratch space.
        _ = decide(&state, &request, case.now(), &mut DecisionRng::from_seed(case.seed), &mut NoTrace);
        let pure = allocations(|| {
            _ = decide(&state, &request, case.now(), &mut DecisionRng::from_seed(case.seed), &mut NoTrace);
        });
        let handle = allocations(|| drop(router.decide(&request, case.now())));
        let ticket = allocations(|| drop(router.route(&request, case.now())));
        assert_eq!(
            (pure, handle, ticket),
            (0, 0, 0),
            "{name}: allocations of decide, Router::decide, Router::route"
        );
        decided += 1;
    });
    assert!(decided > 400, "only {decided} vectors decided");
}

#[test]
fn a_large_pool_allocates_nothing_whichever_the_strategy() {
    for strategy in inferroute::Strategy::ALL {
        let router = pooled(&Options::default().strategy(*strategy));
        let none: [(&str, &str); 0] = [];
        let request = Request::new(&none);
        assert_eq!(allocations(|| drop(router.decide(&request, Nanos::new(0)).unwrap())), 0, "{strategy}");
    }
}

/// A router on a pool of 4,096 endpoints, most of them ready.
fn pooled(options: &Options) -> Router {
    let text = r#"
{"apiVersion": "aigateway.envoyproxy.io/v1beta1", "kind": "AIGatewayRoute", "metadata": {"name": "r"},
 "spec": {"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]}}
---
{"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "p"},
 "spec": {"selector": {"matchLabels": {"app": "x"}}, "targetPorts": [{"number": 8000}]}}"#;
    let router = Router::new(Manifests::from_yaml(text).unwrap().compile(options).unwrap(), 1);
    let endpoint = |n: u32| {
        let address = format!("10.0.{}.{}", n / 256, n % 256);
        ReportedEndpoint::new(&format!("e{n}"))
            .address(&address)
            .label("app", "x")
            .ready(!n.is_multiple_of(7))
    };
    let event = Event::EndpointsReplaced { endpoints: (0..4_096).map(endpoint).collect() };
    router.observe(&event, Nanos::new(0)).unwrap();
    router
}

#[test]
fn a_body_allocates_only_for_escapes_in_the_values_asked_for() {
    let read = |text: &str, format: BodyFormat<'_>| {
        allocations(|| {
            let body = Body::read(text.as_bytes(), format, &BodyLimits::default()).unwrap();
            _ = std::hint::black_box(body.prompt_bytes(|chunk| {
                std::hint::black_box(chunk);
                std::ops::ControlFlow::<()>::Continue(())
            }));
            drop(body);
        })
    };
    let message =
        r#"{"role": "user", "content": [{"type": "text", "text": "\u0041 \"quoted\"\n"}, "x"]},"#.repeat(500);
    let chat = format!(
        r#"{{"mod\u0065l": "m", "user": "u", "stream": true, "max_tokens": 7, "messages": [{message} {{"role": "tool"}}], "tools": [1]}}"#
    );
    assert_eq!(read(&chat, BodyFormat::Chat), 0);
    assert_eq!(
        read(r#"{"model": "m", "input": [1, 2, 3], "metadata": {"user_id": "x"}}"#, BodyFormat::Json),
        0
    );
    assert_eq!(read(r#"{"model": "\u006d"}"#, BodyFormat::Chat), 1);
    let form = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--";
    assert_eq!(read(form, BodyFormat::Multipart { boundary: "b" }), 0);
}

#[test]
fn a_metrics_page_allocates_only_for_adapters_and_problems() {
    let read = |text: &str, options: &ScrapeOptions| {
        let mut report = LoadReport::default();
        let count = allocations(|| report = LoadReport::from_prometheus(text, options).report);
        assert!(report.waiting.is_some(), "{report:?}");
        count
    };
    let rank = |n: u32| {
        format!(
            "# TYPE vllm:num_requests_waiting gauge\n\
             vllm:num_requests_waiting{{engine=\"{n}\",model_name=\"a\\\"b\"}} 3.0 1700000000 # {{a=\"b\"}} 1\n\
             vllm:kv_cache_usage_perc{{engine=\"{n}\",model_name=\"m\"}} 0.5\n\
             vllm:prompt_tokens_total{{engine=\"{n}\",model_name=\"m\"}} 8.128902e+06\n\
             vllm:request_success_total{{engine=\"{n}\",finished_reason=\"stop\"}} 3\n\
             vllm:cache_config_info{{block_size=\"16\",engine=\"{n}\",num_gpu_blocks=\"9\"}} 1\n"
        )
    };
    let page: String = (0..32).map(rank).collect();
    assert_eq!(read(&page, &ScrapeOptions::default()), 0);
    assert_eq!(read(&page, &ScrapeOptions::default().engine(inferroute::Engine::Vllm)), 0);
    let adapters = "vllm:lora_requests_info{max_lora=\"2\",running_lora_adapters=\"x,y\",waiting_lora_adapters=\"\"} 1\n";
    // A list and two names, however many series there are.
    assert_eq!(read(&(page.clone() + &adapters.repeat(50)), &ScrapeOptions::default()), 3);
    assert_eq!(read(&(page + "vllm:num_requests_running x\n"), &ScrapeOptions::default()), 1);
}

#[test]
fn no_scorer_and_no_filter_allocates() {
    let session = || HashKey::Header("x-session-id".into());
    let terms = LinearTerms { waiting: 1.0, ..LinearTerms::default() };
    let model = || Some(SharedModel::new(LinearLatency { ttft: terms, tpot: terms }));
    let scorers = vec![
        Scorer::NoHitLru { remembered: 1024 },
        Scorer::PredictedCompletion(PredictedCompletion::default()),
        Scorer::LoraAffinity(LoraFormula::EachOnce),
        Scorer::SessionAffinity(Session::id()),
        Scorer::SessionAffinity(Session::encoded_endpoint()),
        Scorer::HeaderLabelAffinity { header: "x-session-id".into(), label: "app".into() },
        Scorer::ContextLength { label: "range".into() },
        Scorer::EndpointAttribute {
            attribute: "price".into(),
            less_is_better: true,
            normalization: Normalization::Adaptive,
        },
        Scorer::TopologyAffinity(TopologyLabels::default()),
        Scorer::Latency(LatencyScorer { model: model(), ..LatencyScorer::default() }),
        Scorer::Latency(LatencyScorer::default()),
        Scorer::PeakEwma { default_ttft: Nanos::new(1_000_000_000) },
        Scorer::Rendezvous(session()),
        Scorer::BoundedLoad { key: session(), balance: 1.25 },
    ];
    let detector = UtilizationDetector::default();
    let filters = vec![
        Filter::PrefixCacheAffinity(PrefixCacheAffinity::default()),
        Filter::UtilizationDetector(detector),
        Filter::ConcurrencyDetector(ConcurrencyDetector::default()),
        Filter::SessionAffinity(Session::id()),
        Filter::ContextLength { label: "range".into() },
        Filter::EndpointAttribute(AttributeFilter::new("price", Comparison::Less, 9.0)),
        Filter::SloHeadroomTier(SloHeadroomTier { model: model(), ..SloHeadroomTier::default() }),
        Filter::CircuitBreaker(CircuitBreaker::default()),
        Filter::OutlierEjection(OutlierEjection { error_share: 0.0, ..OutlierEjection::default() }),
        Filter::DecisionTree(Box::new(DecisionTree::critical(128, 0.5))),
    ];
    let scored = scorers.into_iter().map(|scorer| Profile::new("p").scorer(scorer, 1.0));
    let filtered = filters.into_iter().map(|filter| Profile::new("p").filter(filter));
    let hashed = [HashKey::Model, session(), HashKey::Header("absent".into())]
        .map(|key| Profile::new("p").endpoints(8).picker(Picker::ConsistentHash(key)));
    for profile in scored.chain(filtered).chain(hashed) {
        let name = format!("{profile:?}");
        let router = pooled(&Options::default().scheduling(Scheduling::single(profile)));
        // Some endpoints fail and tell, and some are busy, so that nothing returns early.
        let mut load = Box::new(LoadReport::default());
        (load.waiting, load.running, load.kv_usage) = (Some(3), Some(4), Fraction::new(0.5));
        (load.prefix_queries, load.prefix_hits, load.prompt_tokens) = (Some(9000), Some(1000), Some(100));
        for n in 0..1000 {
            let endpoint = format!("default/e{n}");
            let started = Event::RequestStarted { endpoint: endpoint.clone(), prompt_tokens: n };
            router.observe(&started, Nanos::new(0)).unwrap_or_default();
            let polled = Event::LoadPolled { endpoint: endpoint.clone(), load: load.clone() };
            router.observe(&polled, Nanos::new(0)).unwrap();
            let event = Event::RequestMeasured { endpoint, failed: n % 2 == 0, ttft: Some(Nanos::new(1)) };
            (0..8).for_each(|_| router.observe(&event, Nanos::new(0)).unwrap());
        }
        let headers = [("x-session-id", "s"), ("x-session-token", "ZGVmYXVsdC9lMQ==")];
        let request = Request::new(&headers).model("a").prompt_tokens(100);
        // The first session of a pool makes its table.
        drop(router.route(&request, Nanos::new(0)).unwrap());
        assert_eq!(allocations(|| drop(router.decide(&request, Nanos::new(0)).unwrap())), 0, "{name}");
        assert_eq!(allocations(|| drop(router.route(&request, Nanos::new(0)).unwrap())), 0, "{name}");
        let mut ticket = router.route(&request, Nanos::new(0)).unwrap();
        assert_eq!(allocations(|| ticket.first_token(Nanos::new(1))), 0, "{name}");
        assert_eq!(allocations(|| ticket.finish()), 0, "{name}");
    }
}

#[test]
fn choosing_a_pair_allocates_nothing() {
    let near = || Scorer::TopologyAffinity(TopologyLabels::default());
    let profile = |name| Profile::new(name).scorer(Scorer::LeastRequest, 1.0).scorer(near(), 1.0);
    for order in [StageOrder::DecodeFirst, StageOrder::PrefillFirst, StageOrder::Joint] {
        let scheduling = Scheduling::new(
            vec![profile("decode"), profile("prefill")],
            Handler::Disaggregated(Disaggregation {
                decode: "decode".into(),
                prefill: Some(("prefill".into(), Decider::Always)),
                encode: None,
                order,
            }),
        );
        let router = pooled(&Options::default().scheduling(scheduling));
        let headers = [("", ""); 0];
        let request = Request::new(&headers);
        let decided = || router.decide(&request, Nanos::new(0)).unwrap().prefill().is_some();
        let mut is_paired = false;
        assert_eq!(allocations(|| is_paired = decided()), 0, "{order:?}");
        assert!(is_paired);
    }
}
