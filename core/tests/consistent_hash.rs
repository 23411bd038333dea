//! What holds for `Picker::ConsistentHash`: shares, who moves when endpoints come, go or are out for a while, what is told, and that the reference agrees.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "each test takes its part of it")]
mod reference;
#[path = "support/scheduling.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod scheduling;

use std::collections::{BTreeMap, BTreeSet};

use inferroute::{Event, Filter, HashKey, Nanos, Picker, Plan, Profile, ReportedEndpoint, Request, Router};
use reference::members::Member;
use scheduling::{Pool, alike, plan_of, pool_of};

const KEYS: u64 = 10_000;

fn by_session() -> Profile {
    Profile::new("test").picker(Picker::ConsistentHash(HashKey::Header("X-Session-Id".into())))
}

fn name(number: usize) -> String {
    format!("e{number:02}")
}

fn id(number: usize) -> String {
    format!("default/e{number:02}")
}

/// The endpoints of a decision, the primary first.
fn named(router: &Router, key: &str, seed: u64) -> Vec<String> {
    let headers = [("x-session-id", key)];
    let decision = router.decide_seeded(&Request::new(&headers), Nanos::new(0), seed).unwrap();
    let fallbacks = decision.fallbacks().map(|attempt| attempt.endpoint().to_owned());
    [decision.endpoint().to_owned()].into_iter().chain(fallbacks).collect()
}

/// Whose each of so many keys is.
fn owners(pool: &Pool, of_key: impl Fn(u64) -> String) -> Vec<String> {
    (0..KEYS).map(|key| named(&pool.router, &of_key(key), key).swap_remove(0)).collect()
}

fn session(key: u64) -> String {
    format!("session-{key}")
}

fn goes(pool: &Pool, number: usize) {
    pool.tell(0, Event::EndpointGone { namespace: None, name: name(number) });
}

fn ready(pool: &Pool, number: usize, is_ready: bool) {
    let address = format!("10.0.{}.{}", number / 256, number % 256);
    let endpoint = ReportedEndpoint::new(&name(number)).address(&address).label("app", "x").ready(is_ready);
    pool.tell(0, Event::EndpointReported { endpoint });
}

#[test]
fn endpoints_have_nearly_equal_shares_of_keys_of_any_kind() {
    let of_keys: [fn(u64) -> String; 4] = [
        |key| key.to_string(),
        session,
        |key| format!("{key:08x}-58b7-4c0e-9c55-0f2f3a1f7b10"),
        |key| format!("{:016x}", key.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
    ];
    for endpoints in [3, 16] {
        let pool = alike(by_session(), endpoints);
        for (kind, of_key) in of_keys.iter().enumerate() {
            let mut shares = BTreeMap::<String, u64>::new();
            owners(&pool, of_key).into_iter().for_each(|owner| *shares.entry(owner).or_default() += 1);
            let fair = KEYS as f64 / endpoints as f64;
            let off = shares.values().map(|share| (*share as f64 / fair - 1.0).abs()).fold(0.0, f64::max);
            // Four standard deviations of keys thrown by chance, and one slot of a hundred.
            let bound = 4.0 / fair.sqrt() + 0.01;
            assert!(
                shares.len() == endpoints && off < bound,
                "kind {kind} of {endpoints}: {off} beyond {bound}"
            );
        }
    }
}

#[test]
fn when_one_of_64_endpoints_goes_few_keys_of_the_others_move() {
    for gone in [0, 17, 40, 63] {
        let pool = alike(by_session(), 64);
        let before = owners(&pool, session);
        goes(&pool, gone);
        let after = owners(&pool, session);
        let (mut of_gone, mut moved) = (BTreeSet::new(), 0);
        for (before, after) in before.iter().zip(&after) {
            assert_ne!(*after, id(gone));
            if *before == id(gone) {
                of_gone.insert(after);
            } else {
                moved += u64::from(before != after);
            }
        }
        let share = moved as f64 / KEYS as f64;
        assert!(share < 0.01, "{gone}: {share} of the others' keys moved");
        assert!(of_gone.len() > 45, "its keys went to {} endpoints", of_gone.len());
    }
}

#[test]
fn an_endpoint_that_is_out_for_a_while_moves_its_own_keys_alone_and_gets_them_back() {
    let pool = alike(by_session(), 64);
    let before = owners(&pool, session);
    ready(&pool, 17, false);
    for (before, during) in before.iter().zip(owners(&pool, session)) {
        assert_eq!(*before == id(17), *before != during);
        assert_ne!(during, id(17));
    }
    ready(&pool, 17, true);
    assert_eq!(before, owners(&pool, session));
}

#[test]
fn a_filter_moves_the_keys_of_those_it_takes_out_alone() {
    let old = ("gen", "old");
    let labels: Vec<(String, Vec<(&str, &str)>)> =
        (0..20).map(|number| (name(number), if number % 4 == 0 { vec![old] } else { vec![] })).collect();
    let endpoints: Vec<_> = labels.iter().map(|(name, labels)| (name.as_str(), labels.as_slice())).collect();
    let without = Filter::ByLabel { label: "gen".into(), values: vec!["new".into()], allow_missing: true };
    let (all, some) = (pool_of(by_session(), &endpoints), pool_of(by_session().filter(without), &endpoints));
    let olds: BTreeSet<String> = (0..20).step_by(4).map(id).collect();
    for (all, some) in owners(&all, session).into_iter().zip(owners(&some, session)) {
        assert_eq!(olds.contains(&all), all != some);
        assert!(!olds.contains(&some));
    }
}

#[test]
fn neither_seed_nor_load_nor_the_order_of_reports_matters() {
    let pool = alike(by_session(), 12);
    let turned = Router::new(plan_of(by_session()), 99);
    for number in [5, 11, 0, 7, 1, 2, 10, 9, 3, 8, 4, 6] {
        let address = format!("10.0.0.{number}");
        let endpoint = ReportedEndpoint::new(&name(number)).address(&address).label("app", "x");
        turned.observe(&Event::EndpointReported { endpoint }, Nanos::new(0)).unwrap();
    }
    pool.in_flight("e03", 500);
    for key in 0..2_000 {
        assert_eq!(named(&pool.router, &session(key), key), named(&turned, &session(key), 7 * key + 1));
    }
    // A state that was built on another one, and a plan that came later, have the same table too.
    goes(&pool, 3);
    pool.router.update(plan_of(Profile::new("other").picker(Picker::Random)));
    pool.router.update(plan_of(by_session()));
    ready(&pool, 3, true);
    for key in 0..2_000 {
        assert_eq!(named(&pool.router, &session(key), key), named(&turned, &session(key), key));
    }
}

#[test]
fn a_request_without_one_value_goes_anywhere_and_the_draws_are_told() {
    let pool = alike(by_session(), 4);
    let without: [&[(&str, &str)]; 3] =
        [&[], &[("x-session-id", "")], &[("x-session-id", "a"), ("X-Session-Id", "a")]];
    for headers in without {
        let request = Request::new(&headers);
        let picks: BTreeSet<String> = (0..100)
            .map(|seed| {
                pool.router.decide_seeded(&request, Nanos::new(0), seed).unwrap().endpoint().to_owned()
            })
            .collect();
        assert_eq!(picks.len(), 4);
        let told = pool.router.explain_seeded(&request, Nanos::new(0), 1).to_string();
        assert!(
            told.contains("draw of endpoint") && told.contains("picked by consistent-hash-picker"),
            "{told}"
        );
    }
    let headers = [("x-session-id", "a")];
    let told = pool.router.explain_seeded(&Request::new(&headers), Nanos::new(0), 1).to_string();
    assert!(
        !told.contains("draw of endpoint") && told.contains("picked by consistent-hash-picker"),
        "{told}"
    );
}

/// A pool whose endpoints from `out` on are not ready, decided for each key as the reference decides.
fn agrees(plan: Plan, count: usize, is_out: impl Fn(usize) -> bool, keys: u64) -> usize {
    let router = Router::new(plan, 0);
    let report = |number: usize| {
        ReportedEndpoint::new(&name(number)).address("10.0.0.1:80").label("app", "x").ready(!is_out(number))
    };
    let endpoints = (0..count).map(report).collect();
    router.observe(&Event::EndpointsReplaced { endpoints }, Nanos::new(0)).unwrap();
    let member = |number| Member {
        id: id(number),
        address: Some("10.0.0.1:80".into()),
        ready: !is_out(number),
        place: 0,
    };
    let mut all: Vec<Member> = (0..count).map(member).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let table = reference::consistent_hash::Table::of(&all);
    let mut far = 0;
    for key in 0..keys {
        let mut left: Vec<Member> = all.iter().filter(|member| member.ready).cloned().collect();
        let mut expected = Vec::new();
        for _ in 0..3.min(left.len()) {
            let (number, is_near) = table.pick(&session(key), &left);
            far += usize::from(!is_near);
            expected.push(left.remove(number).id);
        }
        assert_eq!(named(&router, &session(key), key), expected, "key {key} of {count}");
    }
    far
}

#[test]
fn large_pools_are_picked_from_as_the_reference_picks() {
    let plan = || plan_of(by_session());
    assert_eq!(agrees(plan(), 160, |_| false, 200), 0);
    assert_eq!(agrees(plan(), 64, |number| number % 2 == 0, 200), 0);
    // Of a few in many the slots near a key's know nobody.
    let far = agrees(plan(), 160, |number| number % 40 != 0, 200);
    assert!(far > 60, "{far} of 600 are compared by their own numbers");
    assert!(agrees(plan(), 160, |number| number != 77, 200) > 60);
}
