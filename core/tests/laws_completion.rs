//! Laws of `predicted-completion-scorer`, over generated states: what more of anything does to its endpoint, and to the others.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/plugin_states.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod states;

use serde_json::{Map, Value, json};
use states::random::{self, Chance, NOW};
use states::{names, of, outcome, then};

/// Sums are taken in another order.
const APART: f64 = 1e-9;

/// Calls `each` with generated states of the scorer, with what settings say beside its own.
fn for_each(settings: &Value, mut each: impl FnMut(&Value, &mut Chance)) {
    for plugin in random::plugins().iter().filter(|plugin| plugin["scorer"] == "predicted-completion-scorer")
    {
        for seed in 0..40 {
            let mut case = random::case(plugin, seed * 1_000_003);
            for (name, value) in settings.as_object().unwrap() {
                case["code"][name] = value.clone();
            }
            each(&case, &mut Chance(seed));
        }
    }
}

/// Congestion is of the whole pool: without it an endpoint's price is its own.
fn alone() -> Value {
    json!({"congestion": 0})
}

fn started(name: &str, prompt_tokens: u64) -> Value {
    json!({"event": "request_started", "endpoint": format!("default/{name}"), "prompt_tokens": prompt_tokens})
}

fn first_token(name: &str, prompt_tokens: u64) -> Value {
    json!({"event": "first_token", "endpoint": format!("default/{name}"), "prompt_tokens": prompt_tokens})
}

/// Holds that no step moved the endpoint up, and that some moved it down.
fn never_better(settings: &Value, steps: impl Fn(&Value, &str, u64) -> Vec<Value>) {
    let mut moved = 0;
    for_each(settings, |case, chance| {
        let before = outcome(case);
        for name in names(case) {
            let after = outcome(&then(case, steps(case, &name, 1 + chance.below(300))));
            assert!(of(&after, &name) <= of(&before, &name) + APART, "{name} of {before:?} {after:?} {case}");
            moved += u64::from(of(&after, &name) < of(&before, &name));
        }
    });
    assert!(moved > 60, "{moved}");
}

#[test]
fn ratings_are_shares_and_someone_is_best() {
    for_each(&json!({}), |case, _| {
        let outcome = outcome(case);
        assert!(
            outcome.values().all(|rating| (0.0..=1.0).contains(&rating.as_f64().unwrap())),
            "{outcome:?}"
        );
        assert!(outcome.values().any(|rating| *rating == 1.0), "{outcome:?} {case}");
    });
}

#[test]
fn more_prompts_that_wait_never_make_an_endpoint_better() {
    never_better(&alone(), |_, name, tokens| vec![started(name, tokens)]);
}

#[test]
fn more_answers_never_make_an_endpoint_better() {
    // Counted by the host, so that nothing else moves.
    never_better(&alone(), |case, name, more| {
        let told = case["told"].as_array().unwrap();
        let all =
            told.iter().filter(|step| step[1]["as"].is_string() || step[1]["event"] == "request_started");
        let counted = told.iter().filter_map(|step| step[1]["count"].as_u64()).max().unwrap_or(0);
        let count = all.count() as u64 + counted + more;
        vec![json!({"event": "in_flight_counted", "endpoint": format!("default/{name}"), "count": count})]
    });
}

#[test]
fn more_held_tokens_never_make_an_endpoint_worse() {
    let mut moved = 0;
    // With these they make copies of the same cheaper elsewhere, too, and what is left of the prompt interrupts fewer wherever it goes.
    for_each(&json!({"sharing": 0, "interrupting": 0}), |case, _| {
        let mut case = case.clone();
        case["request"]["blocks"] = json!([11, 12, 13, 14]);
        case["request"]["prompt_tokens"] = 64.into();
        for name in names(&case) {
            let endpoint = format!("default/{name}");
            let emptied = json!({"event": "cache_started", "endpoint": endpoint, "sequence": 1});
            let held = |count: u64| {
                let hashes: Vec<u64> = (11..11 + count).collect();
                let stored =
                    json!({"event": "blocks_stored", "endpoint": endpoint, "sequence": 2, "hashes": hashes});
                outcome(&then(&case, [emptied.clone(), stored]))
            };
            let ratings: Vec<f64> = (0..=4).map(|count| of(&held(count), &name)).collect();
            assert!(ratings.is_sorted_by(|less, more| *less <= more + APART), "{name}: {ratings:?} {case}");
            moved += u64::from(ratings[0] < ratings[4]);
        }
    });
    assert!(moved > 60, "{moved}");
}

#[test]
fn the_more_hold_a_prefix_the_less_counts_a_copy_of_it() {
    let mut moved = 0;
    for_each(&json!({}), |case, _| {
        let mut case = case.clone();
        case["request"]["blocks"] = json!([11, 12, 13, 14]);
        case["request"]["prompt_tokens"] = 64.into();
        let names = names(&case);
        let [holder, another, others @ ..] = &names[..] else { return };
        let emptied = |name: &str| json!({"event": "cache_started", "endpoint": format!("default/{name}"), "sequence": 1});
        let stored = |name: &str| json!({"event": "blocks_stored", "endpoint": format!("default/{name}"), "sequence": 2, "hashes": [11, 12, 13, 14]});
        let case = then(&case, [emptied(holder), stored(holder), emptied(another)]);
        let (before, after) = (outcome(&case), outcome(&then(&case, [stored(another)])));
        for name in others {
            // The price of who holds all of it stays.
            let beside = |outcome: &Map<String, Value>| of(outcome, name) / of(outcome, holder);
            let (before, after) = (beside(&before), beside(&after));
            assert!(after >= before - APART, "{name}: {before} {after} {case}");
            moved += u64::from(after > before + APART);
        }
    });
    assert!(moved > 10, "{moved}");
}

/// A state in which nobody waits and nobody is known to have others that do.
fn quiet(case: &Value) -> Value {
    let mut case = case.clone();
    for step in case["told"].as_array_mut().unwrap() {
        let event = &mut step[1];
        if event["event"] == "request_started" {
            *event = json!({"event": "in_flight_counted", "endpoint": event["endpoint"], "count": 1});
        }
        for total in ["waiting", "prefix_queries"] {
            if event["load"].is_object() {
                event["load"].as_object_mut().unwrap().remove(total);
            }
        }
    }
    let told = case["told"].as_array_mut().unwrap();
    told.retain(|step| {
        ["renew", "first_token", "finish", "drop"].iter().all(|what| step[1].get(*what).is_none())
    });
    for step in told {
        if let Some(fields) = step[1].as_object_mut().filter(|fields| fields.contains_key("route")) {
            fields.remove("as");
        }
    }
    case
}

#[test]
fn an_endpoint_that_goes_turns_no_order_where_nothing_waits() {
    let mut compared = 0;
    for_each(&json!({}), |case, _| {
        let case = quiet(case);
        let Some(gone) = names(&case).pop().filter(|name| name != "a") else { return };
        let (before, mut after) =
            (outcome(&case), outcome(&then(&case, [json!({"event": "endpoint_gone", "name": gone})])));
        after.remove(&gone);
        for (one, two) in after.keys().flat_map(|one| after.keys().map(move |two| (one, two))) {
            let is_turned =
                of(&before, one) > of(&before, two) + APART && of(&after, one) + APART < of(&after, two);
            assert!(!is_turned, "{one} and {two} of {before:?} {after:?} {case}");
            compared += u64::from(of(&before, one) > of(&before, two));
        }
    });
    assert!(compared > 40, "{compared}");
}

#[test]
fn time_without_a_first_token_never_makes_an_endpoint_worse_nor_better_than_idle() {
    let mut moved = 0;
    for tokens in [1, 100, 3000, 60_000] {
        for (waiting, answers) in [(1, 0), (2, 0), (9, 0), (1, 5), (70, 300)] {
            for settings in [json!({}), alone(), json!({"step": {"pair": 1e-3, "token": 1e-5}})] {
                let mut told: Vec<Value> = Vec::new();
                for _ in 0..answers {
                    told.extend([json!([0, started("a", tokens)]), json!([0, first_token("a", tokens)])]);
                }
                told.extend((0..waiting).map(|_| json!([0, started("a", tokens)])));
                let case = |now: u64| {
                    json!({
                        "id": "time", "case": "rule", "scorer": "predicted-completion-scorer", "code": settings,
                        "endpoints": {"a": {}, "b": {}}, "told": told, "now": now, "request": {"prompt_tokens": 500}, "ratings": {},
                    })
                };
                let rated: Vec<Map<String, Value>> =
                    [0, 1, 10, 100, 1000, 10_000, 1_000_000].iter().map(|now| outcome(&case(*now))).collect();
                for pair in rated.windows(2) {
                    let (before, after) = (of(&pair[0], "a"), of(&pair[1], "a"));
                    assert!(
                        settings.get("congestion").is_none() || after + APART >= before,
                        "{before} {after}: {}",
                        case(0)
                    );
                    moved += u64::from(after > before);
                }
                assert!(rated.iter().all(|rated| of(rated, "b") == 1.0 && of(rated, "a") < 1.0), "{rated:?}");
            }
        }
    }
    assert!(moved > 50, "{moved}");
}

/// `a` takes three times as long as `b`. How much of that is believed is a matter of prompts, not of what they were thought to cost.
#[test]
fn costs_that_are_all_so_many_times_too_large_or_too_small_change_next_to_nothing() {
    let mut told: Vec<Value> = Vec::new();
    for round in 0..200 {
        for (name, start, takes) in [("a", 0, 600), ("b", 650, 200)] {
            let (at, ticket) = (1000 * round + start, format!("{name}{round}"));
            told.push(json!([at, {"route": {"prompt_tokens": 8000}, "to": name, "as": ticket}]));
            told.push(json!([at + takes, {"first_token": ticket}]));
            told.push(json!([at + takes, {"finish": ticket}]));
        }
    }
    let rated = |times: f64| {
        let step =
            [("step", 0.002), ("token", 22.5e-6), ("pair", 1e-9), ("answer", 5.5e-6), ("context", 42e-9)];
        let step: Map<String, Value> =
            step.into_iter().map(|(name, cost)| (name.to_owned(), json!(cost * times))).collect();
        let outcome = outcome(&json!({
            "id": "scale", "case": "rule", "scorer": "predicted-completion-scorer", "code": {"step": step}, "now": 200_000,
            "endpoints": {"a": {}, "b": {}}, "told": told, "request": {"prompt_tokens": 1000}, "ratings": {},
        }));
        of(&outcome, "a") / of(&outcome, "b")
    };
    let calibrated = rated(1.0);
    assert!((0.5..0.8).contains(&calibrated), "{calibrated}");
    for times in [1.0 / 3.0, 3.0] {
        assert!((rated(times) - calibrated).abs() < 0.05, "{times} times: {} for {calibrated}", rated(times));
    }
}

/// Where no first tokens are told and no prompts, the order is that of the requests in flight, whichever of the two counts them.
#[test]
fn without_prompts_fewer_in_flight_are_better() {
    for counts in [[0, 1, 2], [3, 4, 400], [255, 256, 257], [1, 1000, 100_000]] {
        for is_counted in [true, false] {
            let told = ["a", "b", "c"].iter().zip(counts).flat_map(|(name, count)| {
                let id = format!("default/{name}");
                let counted = json!([0, {"event": "in_flight_counted", "endpoint": id, "count": count}]);
                let begun =
                    vec![json!([0, started(name, 0)]); if is_counted { 0 } else { count.min(2000) as usize }];
                begun.into_iter().chain(is_counted.then_some(counted))
            });
            let case = json!({
                "id": "no prompts", "case": "rule", "scorer": "predicted-completion-scorer", "code": {}, "now": NOW,
                "endpoints": {"a": {}, "b": {}, "c": {}}, "told": told.collect::<Vec<_>>(), "ratings": {},
            });
            let outcome = outcome(&case);
            let (a, b, c) = (of(&outcome, "a"), of(&outcome, "b"), of(&outcome, "c"));
            assert!(a == 1.0 && a > b && b > c, "{counts:?} {outcome:?}");
        }
    }
}

#[test]
fn a_fuller_cache_makes_an_endpoint_worse_for_what_it_does_not_hold_and_only_for_that() {
    let mut moved = 0;
    // What fullness costs by itself is left out.
    for_each(&json!({"congestion": 0, "kv_seconds": 0}), |case, _| {
        for name in names(case) {
            let ratings = |case: &Value| {
                [0.0, 0.3, 0.6, 0.9].map(|usage| {
                    let endpoint = format!("default/{name}");
                    let load =
                        json!({"event": "load_polled", "endpoint": endpoint, "load": {"kv_usage": usage}});
                    of(&outcome(&then(case, [load])), &name)
                })
            };
            let all = ratings(case);
            assert!(
                all.is_sorted_by(|emptier, fuller| *fuller <= *emptier + APART),
                "{name}: {all:?} {case}"
            );
            moved += u64::from(all[3] < all[0]);
            let mut nothing_to_do = case.clone();
            nothing_to_do["request"] = json!({"prompt_tokens": 0});
            let all = ratings(&nothing_to_do);
            assert!(all.iter().all(|rating| (rating - all[0]).abs() < APART), "{name}: {all:?} {case}");
        }
    });
    assert!(moved > 60, "{moved}");
}

/// Both hold the same prefix. The more requests came back to it at `a`, the less a long cold prompt is sent there; the longer ago, the more.
#[test]
fn more_that_come_back_never_make_an_endpoint_better_for_a_cold_prompt() {
    let rated = |returns: u64, now: u64, prompt_tokens: u64| {
        let stored = |name: &str| json!([0, {"event": "blocks_stored", "endpoint": format!("default/{name}"), "sequence": 1, "hashes": [11, 12, 13, 14]}]);
        let mut told = vec![stored("a"), stored("b")];
        told.extend((0..returns).map(
            |at| json!([10 + at, {"route": {"prompt_tokens": 70, "blocks": [11, 12, 13, 14]}, "to": "a"}]),
        ));
        let outcome = outcome(&json!({
            "id": "returns", "case": "rule", "scorer": "predicted-completion-scorer", "code": {}, "now": now, "told": told,
            "beside": [{"type": "precise-prefix-cache-producer"}], "endpoints": {"a": {}, "b": {}},
            "request": {"prompt_tokens": prompt_tokens}, "ratings": {},
        }));
        assert_eq!(of(&outcome, "b"), 1.0, "{outcome:?}");
        of(&outcome, "a")
    };
    for prompt_tokens in [100, 5000, 80_000] {
        let more: Vec<f64> = [0, 1, 5, 40, 400].map(|returns| rated(returns, 500, prompt_tokens)).into();
        assert!(more[0] == 1.0 && more.is_sorted_by(|less, more| less > more), "{more:?}");
        let later: Vec<f64> = [500, 5000, 60_000, 600_000].map(|now| rated(40, now, prompt_tokens)).into();
        assert!(later.is_sorted_by(|before, after| before < after), "{later:?}");
    }
    assert!(rated(40, 500, 80_000) < rated(40, 500, 5000), "the longer, the more it is in the way");
}

/// The more was worked off anew at `a`, whoever sent it, the sooner its cache forgets, and the less a cold prompt is sent there; the longer ago, the more.
#[test]
fn the_sooner_a_cache_forgets_the_less_cold_prompts_are_sent_there() {
    let rated = |anew: u64, now: u64, kv_usage: f64, prompt_tokens: u64| {
        let told = |name: &str, at: u64, queries: u64| {
            let load = json!({"kv_usage": kv_usage, "kv_tokens": 100_000, "prefix_queries": queries, "prefix_hits": 500});
            json!([at, {"event": "load_polled", "endpoint": format!("default/{name}"), "load": load}])
        };
        let outcome = outcome(&json!({
            "id": "forgets", "case": "rule", "scorer": "predicted-completion-scorer", "code": {}, "now": now,
            "told": [told("a", 0, 1000), told("b", 0, 1000), told("a", 5, 1000 + anew), told("b", 5, 1000)],
            "endpoints": {"a": {}, "b": {}}, "request": {"prompt_tokens": prompt_tokens}, "ratings": {},
        }));
        assert_eq!(of(&outcome, "b"), 1.0, "{outcome:?}");
        of(&outcome, "a")
    };
    for (kv_usage, prompt_tokens) in [(0.0, 100), (0.5, 5000), (0.9, 80_000)] {
        let more: Vec<f64> =
            [0, 1000, 50_000, 2_000_000].map(|anew| rated(anew, 500, kv_usage, prompt_tokens)).into();
        assert!(more[0] == 1.0 && more.is_sorted_by(|less, more| less > more), "{more:?}");
        let later: Vec<f64> =
            [500, 5000, 20_000].map(|now| rated(50_000, now, kv_usage, prompt_tokens)).into();
        assert!(later.is_sorted_by(|before, after| before < after), "{later:?}");
    }
    assert_eq!(rated(2_000_000, 500, 0.5, 0), 1.0, "what is held pushes nothing out");
}

/// Three answers are under way at `a`, and `c` holds some of the prompt.
#[test]
fn answers_keep_away_what_nobody_holds_and_only_that() {
    let rated = |interrupting: f64, held: u64, prompt_tokens: u64| {
        let hashes: Vec<u64> = (11..11 + held).collect();
        let stored =
            json!({"event": "blocks_stored", "endpoint": "default/c", "sequence": 1, "hashes": hashes});
        let mut told = vec![json!([0, stored])];
        told.extend((0..3).map(|_| json!([0, started("a", 10)])));
        told.extend((0..3).map(|_| json!([1, first_token("a", 10)])));
        let outcome = outcome(&json!({
            "id": "interrupts", "case": "rule", "scorer": "predicted-completion-scorer", "code": {"interrupting": interrupting},
            "beside": [{"type": "precise-prefix-cache-producer"}], "endpoints": {"a": {}, "b": {}, "c": {}},
            "told": told, "now": 10, "request": {"prompt_tokens": prompt_tokens, "blocks": [11, 12, 13, 14]}, "ratings": {},
        }));
        of(&outcome, "a") / of(&outcome, "b")
    };
    for prompt_tokens in [64, 100, 5000, 80_000] {
        let more: Vec<f64> = [0.0, 0.5, 1.0, 10.0].map(|times| rated(times, 0, prompt_tokens)).into();
        assert!(more.is_sorted_by(|less, more| less > more), "{more:?}");
        let held: Vec<f64> = [0, 1, 2, 4].map(|held| rated(10.0, held, prompt_tokens)).into();
        assert!(held.is_sorted_by(|less, more| less < more), "{held:?}");
    }
    assert!((rated(10.0, 4, 64) - rated(0.0, 4, 64)).abs() < APART, "all of it is held");
}

/// Both hold what is asked for first, and then `a` alone holds what the request asks for.
#[test]
fn what_one_holds_is_copied_sooner_where_several_hold_what_is_asked_for() {
    let rated = |sharing: f64, both: bool, less: bool| {
        let stored = |name: &str, hashes: &[u64]| json!([0, {"event": "blocks_stored", "endpoint": format!("default/{name}"), "sequence": 1, "hashes": hashes}]);
        let common: &[u64] = if both { &[11, 12, 13, 14] } else { &[] };
        let mut told = vec![
            stored("a", &[11, 12, 13, 14, 21, 22, 23, 24]),
            stored("b", common),
            stored("c", if less { &[21] } else { &[] }),
        ];
        told.extend(
            (1..4).map(
                |at| json!([at, {"route": {"prompt_tokens": 64, "blocks": [11, 12, 13, 14]}, "to": "a"}]),
            ),
        );
        let outcome = outcome(&json!({
            "id": "common", "case": "rule", "scorer": "predicted-completion-scorer", "code": {"sharing": sharing},
            "beside": [{"type": "precise-prefix-cache-producer"}], "endpoints": {"a": {}, "b": {}, "c": {}},
            "told": told, "now": 10, "request": {"prompt_tokens": 64, "blocks": [21, 22, 23, 24]}, "ratings": {},
        }));
        of(&outcome, "b") / of(&outcome, "a")
    };
    let parts: Vec<f64> = [0.0, 0.5, 1.0, 10.0].map(|sharing| rated(sharing, true, false)).into();
    assert!(parts.is_sorted_by(|less, more| less < more), "{parts:?}");
    for (both, less) in [(false, false), (true, true)] {
        let change = rated(10.0, both, less) - rated(0.0, both, less);
        assert!(change.abs() < APART, "a session's own: {both} {less} {change}");
    }
}

/// Two answers are under way at each, and most of the seconds of prompts that were sent lately were sent to `a`.
#[test]
fn the_more_prompts_were_sent_to_an_endpoint_the_more_its_answers_keep_away() {
    let rated = |interrupting: f64, sent: u64, now: u64| {
        let answers = |name: &str| [json!([0, started(name, 10)]), json!([0, first_token(name, 10)])];
        let mut told: Vec<Value> = ["a", "b"].into_iter().flat_map(answers).collect();
        // Prompts that came to an end: of them nothing else is left.
        for number in 0..sent {
            let ticket = format!("t{number}");
            told.push(json!([number, {"route": {"prompt_tokens": 2000}, "as": ticket, "to": "a"}]));
            told.push(json!([number, {"finish": ticket}]));
        }
        let settings = json!({"interrupting": interrupting, "eviction": 0, "congestion": 0});
        let outcome = outcome(&json!({
            "id": "standing", "case": "rule", "scorer": "predicted-completion-scorer", "code": settings,
            "told": told, "now": now, "endpoints": {"a": {}, "b": {}}, "request": {"prompt_tokens": 5000}, "ratings": {},
        }));
        of(&outcome, "a") / of(&outcome, "b")
    };
    let more: Vec<f64> = [0, 1, 10, 100, 200].map(|sent| rated(1.0, sent, 500)).into();
    assert!(more[0] == 1.0 && more.is_sorted_by(|less, more| less > more), "{more:?}");
    assert!((rated(1.0, 400, 1000) - rated(1.0, 800, 1000)).abs() < APART, "answers go on a little at least");
    let later: Vec<f64> = [500, 5000, 60_000, 600_000].map(|now| rated(1.0, 100, now)).into();
    assert!(later.is_sorted_by(|before, after| before < after), "{later:?}");
    assert_eq!(rated(0.0, 100, 500), 1.0);
}
