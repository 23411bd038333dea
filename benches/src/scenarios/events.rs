//! `event/<what happened>/<size>`: one event told to the router.

use inferroute::{BlockHashes, HashKey, Options, Picker, Profile, Scheduling};
use inferroute::{Event, Fraction, KvChange, KvEvent, LoadReport, ReportedEndpoint, Strategy, Tier};

use super::Scenario;
use super::hashing::tokens;
use super::walking::{hashed, precise};
use super::world::{self, NOW};

fn router(endpoints: usize) -> inferroute::Router {
    world::with_options(&world::exact_rules(10), endpoints, &Options::default().strategy(Strategy::TwoChoice))
}

pub(super) fn list() -> Vec<Scenario> {
    let mut list = Vec::new();
    for endpoints in [8, 64, 512, 4_096] {
        let reported = Scenario::new(format!("event/endpoint_reported/{endpoints}"), move || {
            let router = router(endpoints);
            let endpoint = ReportedEndpoint::new("vllm-0001").address("10.0.0.1").label("app", "vllm");
            let mut is_ready = false;
            Box::new(move || {
                is_ready = !is_ready;
                let endpoint = endpoint.clone().ready(is_ready);
                u64::from(router.observe(&Event::EndpointReported { endpoint }, NOW).is_ok())
            })
        });
        let polled = Scenario::new(format!("event/load_polled/{endpoints}"), move || {
            let router = router(endpoints);
            let mut load = Box::new(LoadReport::default());
            (load.waiting, load.kv_usage) = (Some(3), Fraction::new(0.5));
            let event = Event::LoadPolled { endpoint: "default/vllm-0001".into(), load };
            Box::new(move || u64::from(router.observe(&event, NOW).is_ok()))
        });
        list.push(Scenario::new(format!("event/slots_made/{endpoints}"), move || {
            // Twice: the endpoint goes and comes back.
            let profile = Profile::new("p").picker(Picker::ConsistentHash(HashKey::Model));
            let options = Options::default().scheduling(Scheduling::single(profile));
            let router = world::with_options(&world::exact_rules(10), endpoints, &options);
            let gone = Event::EndpointGone { namespace: None, name: "vllm-0001".into() };
            let endpoint = ReportedEndpoint::new("vllm-0001").address("10.0.0.1").label("app", "vllm");
            let back = Event::EndpointReported { endpoint };
            Box::new(move || {
                let is_told = |event| u64::from(router.observe(event, NOW).is_ok());
                is_told(&gone) + is_told(&back)
            })
        }));
        list.extend([reported, if endpoints == 64 { polled.counted() } else { polled }]);
    }
    list.push(
        Scenario::new("event/kv-stored-and-removed/16".into(), || {
            let index = precise(64, &hashed(&tokens(5, 32 << 10)));
            let endpoint = index.add_endpoint().expect("below 4096");
            let blocks: Vec<BlockHashes> = (0..512).map(|n| hashed(&tokens(9_000 + n, 256))).collect();
            let (mut sequence, mut turn) = (0, 0);
            Box::new(move || {
                turn += 1;
                let (hashes, tier) = (blocks[turn % blocks.len()].as_slice(), Tier::Device);
                for change in
                    [KvChange::Stored { hashes, parent: None, tier }, KvChange::Removed { hashes, tier }]
                {
                    sequence += 1;
                    index.apply(&KvEvent { endpoint, sequence, change }).expect("present");
                }
                sequence
            })
        })
        .counted(),
    );
    list
}
