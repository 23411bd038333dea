//! Prompts go where their beginnings are, and what is known of an endpoint's cache goes with it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "support/pool.rs"]
mod pool;

use inferroute::{
    Decider, Event, Manifests, Nanos, Options, PreciseOptions, Profile, Prompt, ReportedEndpoint, Request,
    Router, Scheduling, Scorer, Tier,
};
use pool::MANIFESTS;

const NOW: Nanos = Nanos::new(0);
const NO_HEADERS: &[(&str, &str)] = &[];

fn prefixes() -> Scorer {
    Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 }
}

fn router(scheduling: Scheduling, endpoints: u8, role: impl Fn(u8) -> &'static str) -> Router {
    let options = Options::default().scheduling(scheduling);
    let router = Router::new(Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap(), 1);
    for number in 0..endpoints {
        let endpoint = ReportedEndpoint::new(&format!("v{number}")).address(&format!("10.0.0.{number}"));
        let endpoint = endpoint.label("app", "vllm").label("llm-d.ai/role", role(number));
        router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
    }
    router
}

fn by_prefix() -> Scheduling {
    Scheduling::single(Profile::new("prefix").scorer(prefixes(), 1.0))
}

fn request(prompt: &str) -> Request<'_> {
    Request::new(&NO_HEADERS).prompt(Prompt::Text(prompt.as_bytes()))
}

#[test]
fn a_prompt_goes_where_its_beginning_is() {
    let router = router(by_prefix(), 16, |_| "both");
    let system = "You are a helpful assistant. ".repeat(50);
    let first = router.route(&request(&system), NOW).unwrap();
    assert_eq!((first.decision().cached_tokens(), first.decision().prompt_tokens()), (0, 363));
    for turn in 0..20 {
        let longer = format!("{system} And now {turn}.");
        let decision = router.decide(&request(&longer), NOW).unwrap();
        assert_eq!(decision.endpoint(), first.decision().endpoint());
        assert_eq!(decision.cached_tokens(), 320, "five whole blocks of 64 tokens");
    }
}

#[test]
fn tenants_share_nothing() {
    let router = router(by_prefix(), 16, |_| "both");
    let prompt = "the same for everybody ".repeat(100);
    drop(router.route(&request(&prompt).tenant("a"), NOW).unwrap());
    assert!(router.decide(&request(&prompt).tenant("a"), NOW).unwrap().cached_tokens() > 0);
    assert_eq!(router.decide(&request(&prompt).tenant("b"), NOW).unwrap().cached_tokens(), 0);
    assert_eq!(router.decide(&request(&prompt), NOW).unwrap().cached_tokens(), 0);
}

#[test]
fn an_endpoint_that_comes_back_holds_nothing() {
    let router = router(by_prefix(), 1, |_| "both");
    let prompt = "once upon a time ".repeat(100);
    drop(router.route(&request(&prompt), NOW).unwrap());
    assert!(router.decide(&request(&prompt), NOW).unwrap().cached_tokens() > 0);
    router.observe(&Event::EndpointGone { namespace: None, name: "v0".to_owned() }, NOW).unwrap();
    let endpoint = ReportedEndpoint::new("v0").address("10.0.0.0").label("app", "vllm");
    router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
    assert_eq!(router.decide(&request(&prompt), NOW).unwrap().cached_tokens(), 0);
}

#[test]
fn a_new_plan_keeps_what_is_known() {
    let router = router(by_prefix(), 8, |_| "both");
    let prompt = "what was said before ".repeat(100);
    drop(router.route(&request(&prompt), NOW).unwrap());
    let options = Options::default().scheduling(by_prefix());
    router.update(Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap());
    assert!(router.decide(&request(&prompt), NOW).unwrap().cached_tokens() > 0);
}

#[test]
fn long_cold_prompts_are_prefilled_elsewhere() {
    let decider = Decider::PrefixBased { non_cached_tokens: 200, prompt_tokens: 0 };
    let decode = Profile::new("decode").scorer(prefixes(), 1.0);
    let scheduling = Scheduling::disaggregated(decode, Profile::new("prefill"), decider);
    let router = router(scheduling, 6, |number| if number < 3 { "prefill" } else { "decode" });
    let number = |id: &str| id.rsplit('v').next().unwrap().parse::<u8>().unwrap();

    let short = router.route(&request("hello"), NOW).unwrap();
    assert!(short.decision().prefill().is_none(), "five bytes are worked off where they go");
    let long = "tell me everything you know ".repeat(100);
    let cold = router.route(&request(&long), NOW).unwrap();
    assert!(number(cold.decision().endpoint()) >= 3);
    assert!(number(cold.decision().prefill().unwrap().id) < 3);
    let (prefill, snapshot) = (cold.decision().prefill_number().unwrap(), router.snapshot());
    assert_eq!(snapshot.endpoints().nth(prefill).unwrap().id, cold.decision().prefill().unwrap().id);
    assert_eq!((cold.decision().encode_number(), snapshot.plan().primary_port()), (None, None));
    let warm = router.route(&request(&long), NOW).unwrap();
    assert_eq!(warm.decision().endpoint(), cold.decision().endpoint());
    assert!(warm.decision().prefill().is_none(), "the endpoint holds nearly all of it by now");
}

#[test]
fn what_engines_tell_is_believed() {
    let scheduling = by_prefix().kv_events(PreciseOptions::default()).unwrap();
    let router = router(scheduling, 4, |_| "both");
    let stored = |endpoint: &str, sequence, hashes: &[u64], parent| Event::BlocksStored {
        endpoint: endpoint.to_owned(),
        sequence,
        hashes: hashes.to_vec(),
        parent,
        tier: Tier::Device,
        tokens: None,
        model: String::new(),
        tenant: String::new(),
    };
    let blocks = [11, 22, 33, 44];
    let request = Request::new(&NO_HEADERS).prompt(Prompt::Blocks(&blocks));
    let ask = || {
        let decision = router.decide(&request, NOW).unwrap();
        (decision.endpoint().to_owned(), decision.cached_tokens())
    };
    assert_eq!(ask().1, 0);
    router.observe(&stored("default/v1", 1, &[11, 22], None), NOW).unwrap();
    router.observe(&stored("default/v2", 7, &[11, 22, 33], None), NOW).unwrap();
    assert_eq!(ask(), ("default/v2".to_owned(), 3 * 64));
    let endpoint = "default/v2".to_owned();
    let removed = Event::BlocksRemoved { endpoint, sequence: 8, hashes: vec![22], tier: Tier::Device };
    router.observe(&removed, NOW).unwrap();
    assert_eq!(ask(), ("default/v1".to_owned(), 2 * 64), "a gap ends what counts");
    router.observe(&stored("default/v1", 4, &[33, 44], Some(22)), NOW).unwrap();
    assert_eq!(
        ask(),
        ("default/v2".to_owned(), 64),
        "two events of v1 are missing, so nothing of it is believed"
    );
    let endpoint = "default/v1".to_owned();
    router.observe(&Event::CacheStarted { endpoint, sequence: 1 }, NOW).unwrap();
    router.observe(&stored("default/v1", 2, &blocks, None), NOW).unwrap();
    assert_eq!(ask(), ("default/v1".to_owned(), 4 * 64));
    let counters = router.snapshot().kv_counters().unwrap();
    assert_eq!((counters.gaps, counters.duplicates), (1, 0));
}

#[test]
fn what_was_sent_counts_until_the_engine_tells() {
    let scheduling = by_prefix().kv_events(PreciseOptions::default()).unwrap();
    let router = router(scheduling, 8, |_| "both");
    let prompt = "nobody has told of this yet ".repeat(100);
    let first = router.route(&request(&prompt), NOW).unwrap();
    let second = router.route(&request(&prompt), NOW).unwrap();
    assert_eq!(first.decision().endpoint(), second.decision().endpoint());
}

#[test]
fn tokens_are_hashed_as_requests_are() {
    let scheduling = by_prefix().kv_events(PreciseOptions::default()).unwrap();
    let router = router(scheduling, 4, |_| "both");
    let tokens: Vec<u32> = (0..200).collect();
    let stored = Event::BlocksStored {
        endpoint: "default/v3".to_owned(),
        sequence: 0,
        hashes: vec![901, 902, 903],
        parent: None,
        tier: Tier::Device,
        tokens: Some(tokens[..192].to_vec()),
        model: "m".to_owned(),
        tenant: "a".to_owned(),
    };
    router.observe(&stored, NOW).unwrap();
    let request = |tenant| {
        let request = Request::new(&NO_HEADERS).model("m").prompt(Prompt::Tokens(&tokens));
        router.decide(&request.tenant(tenant), NOW).unwrap()
    };
    assert_eq!((request("a").endpoint(), request("a").cached_tokens()), ("default/v3", 192));
    assert_eq!(request("b").cached_tokens(), 0);
}

#[test]
fn a_fallback_holds_the_prompt_that_it_was_sent() {
    let prompt = "this was worked off twice ".repeat(100);
    let router = router(by_prefix(), 3, |_| "both");
    let mut ticket = router.route(&request(&prompt), NOW).unwrap();
    let primary = ticket.decision().endpoint().to_owned();
    let fallback = ticket.fall_back(NOW).unwrap().endpoint().to_owned();
    ticket.finish();
    let name = primary.trim_start_matches("default/").to_owned();
    router.observe(&Event::EndpointGone { namespace: None, name }, NOW).unwrap();
    let next = router.decide(&request(&prompt), NOW).unwrap();
    assert_eq!(next.endpoint(), fallback);
    assert_eq!(next.cached_tokens(), 640, "all blocks");
}

#[test]
fn cold_requests_go_round_and_warm_ones_do_not_count() {
    let profile =
        Profile::new("default").scorer(prefixes(), 1.0).scorer(Scorer::NoHitLru { remembered: 1024 }, 0.5);
    let router = router(Scheduling::single(profile), 4, |_| "both");
    let send = |prompt: &str| router.route(&request(prompt), NOW).unwrap().decision().endpoint().to_owned();
    let cold: Vec<String> = (0..8).map(|n| send(&format!("{n} is a number ").repeat(100))).collect();
    assert_eq!(cold, [0, 1, 2, 3, 0, 1, 2, 3].map(|n| format!("default/v{n}")));
    for n in [5, 7, 6] {
        assert_eq!(send(&format!("{n} is a number ").repeat(100)), cold[n], "it is there");
    }
    // Deciding alone counts for nothing.
    router.decide(&request("nobody knows this"), NOW).unwrap();
    assert_eq!(send(&"the ninth ".repeat(100)), "default/v0");
    router.observe(&Event::EndpointGone { namespace: None, name: "v2".to_owned() }, NOW).unwrap();
    let endpoint = ReportedEndpoint::new("v2").address("10.0.0.2").label("app", "vllm");
    router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
    assert_eq!(send(&"the tenth ".repeat(100)), "default/v2", "one that comes back starts anew");
}

#[test]
fn the_endpoint_that_prefills_a_cold_request_had_one_too() {
    let profile = |name| Profile::new(name).scorer(Scorer::NoHitLru { remembered: 1024 }, 1.0);
    let scheduling = Scheduling::disaggregated(profile("decode"), profile("prefill"), Decider::Always);
    let router = router(scheduling, 6, |number| if number < 3 { "prefill" } else { "decode" });
    let prefilled: Vec<String> = (0..6)
        .map(|n| {
            let ticket = router.route(&request(&format!("{n} times ").repeat(100)), NOW).unwrap();
            ticket.decision().prefill().unwrap().id.to_owned()
        })
        .collect();
    assert_eq!(prefilled, [0, 1, 2, 0, 1, 2].map(|n| format!("default/v{n}")));
}

#[test]
fn only_what_has_images_is_encoded_elsewhere() {
    let text = r#"
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
  - {type: disagg-profile-handler, parameters: {deciders: {encode: always-disagg-multimodal-decider}}}
  - {type: always-disagg-multimodal-decider}
  - {type: decode-filter}
  - {type: encode-filter}
schedulingProfiles:
  - {name: decode, plugins: [{pluginRef: decode-filter}]}
  - {name: encode, plugins: [{pluginRef: encode-filter}]}
"#;
    let router =
        router(Scheduling::from_yaml(text).unwrap(), 2, |number| ["encode", "decode"][usize::from(number)]);
    let encoded = |multimodal| {
        let request = Request::new(&NO_HEADERS).multimodal(multimodal);
        router.decide(&request, NOW).unwrap().encode().map(|endpoint| endpoint.id.to_owned())
    };
    assert_eq!((encoded(true), encoded(false)), (Some("default/v0".to_owned()), None));
}
