//! `pick/<strategy>/<endpoints>`: a whole decision that names one endpoint; `pick-3/..` one that names two more to fall back on. `pick/none` is the same
//! decision without a pool, to be taken off. `pool/..` is one for a request that names its pool, so that no rule is matched.

use inferroute::{HashKey, Options, Picker, Profile, Scheduling, Scorer, Strategy};

use super::Scenario;
use super::world::{self, Asked, decisions};

pub(super) fn list() -> Vec<Scenario> {
    let none = Scenario::new("pick/none/0".into(), || {
        decisions(&world::to_backends(&world::exact_rules(100)), Asked::rules(100))
    });
    let mut list = vec![none.counted()];
    for endpoints in [8, 64, 512, 4_096] {
        let mut add = |id: String, options: Options, asked: fn() -> Asked| {
            let scenario = Scenario::new(id, move || {
                decisions(&world::with_options(&world::exact_rules(100), endpoints, &options), asked())
            });
            list.push(if endpoints == 64 { scenario.counted() } else { scenario });
        };
        let by_rule = || Asked::rules(100);
        for strategy in Strategy::ALL {
            for (area, fallbacks) in [("pick", 0), ("pick-3", 2)] {
                let options = Options::default().strategy(*strategy).fallback_endpoints(fallbacks);
                add(format!("{area}/{strategy}/{endpoints}"), options, by_rule);
            }
            let options = Options::default().strategy(*strategy).fallback_endpoints(0);
            add(format!("pool/{strategy}/{endpoints}"), options, Asked::pool);
        }
        for (name, scorer) in [
            ("rendezvous", Scorer::Rendezvous(HashKey::Header("x-request-id".into()))),
            (
                "bounded_load",
                Scorer::BoundedLoad { key: HashKey::Header("x-request-id".into()), balance: 1.25 },
            ),
        ] {
            let profile = Profile::new("default").scorer(scorer, 1.0);
            let options = Options::default().scheduling(Scheduling::single(profile)).fallback_endpoints(0);
            add(format!("pick/{name}/{endpoints}"), options, by_rule);
        }
        let picker = Picker::ConsistentHash(HashKey::Header("x-request-id".into()));
        let scheduling = Scheduling::single(Profile::new("default").picker(picker));
        let options = Options::default().scheduling(scheduling).fallback_endpoints(0);
        add(format!("pick/consistent_hash/{endpoints}"), options.clone(), by_rule);
        add(format!("pool/consistent_hash/{endpoints}"), options, Asked::pool);
    }
    list
}
