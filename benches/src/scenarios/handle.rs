//! `handle/<call>/<endpoints>`: the thread-safe router's calls, with `two_choice`: snapshot, seed, decision and, for tickets, counts.

use inferroute::{Options, Request, Strategy};

use super::Scenario;
use super::world::{self, NOW};

pub(super) fn list() -> Vec<Scenario> {
    let router = || {
        let options = Options::default().strategy(Strategy::TwoChoice).fallback_endpoints(2);
        (world::with_options(&world::exact_rules(100), 64, &options), world::headers(100))
    };
    vec![
        Scenario::new("handle/decide/64".into(), move || {
            let (router, headers) = router();
            Box::new(move || u64::from(router.decide(&Request::new(&headers), NOW).is_ok()))
        })
        .counted(),
        Scenario::new("handle/route/64".into(), move || {
            let (router, headers) = router();
            Box::new(move || u64::from(router.route(&Request::new(&headers), NOW).is_ok()))
        })
        .counted(),
        Scenario::new("handle/decide_many-100/64".into(), move || {
            let (router, headers) = router();
            Box::new(move || router.decide_many((0..100).map(|_| Request::new(&headers)), NOW).len() as u64)
        }),
        Scenario::new("handle/explain/64".into(), move || {
            let (router, headers) = router();
            Box::new(move || u64::from(router.explain(&Request::new(&headers), NOW).to_string().is_empty()))
        }),
    ]
}
