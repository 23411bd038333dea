//! Picking one endpoint of many, without looking at prompts.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hashring::HashRing;
use inferroute::{HashKey, Picker, Profile, Request, Router, Scorer, Strategy};
use maglev::{ConsistentHasher, Maglev};
use tower::Service;
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::{CompleteOnResponse, PeakEwmaDiscover, PendingRequestsDiscover};

use crate::measure::Contender;
use crate::ours::{self, NO_HEADERS, NOW};
use crate::report::Report;

const SIZES: [usize; 4] = [8, 64, 512, 4096];

pub fn run(report: &mut Report) {
    report.group(
        "Pick one endpoint",
        &[
            "inferroute: the whole `Router::decide` of a plan with one rule: match, backendRef, pick, names; `route` also counts the request in flight until",
            "`finish`, as tower does with a request's future. tower: `poll_ready` and `call` of services that are always ready and answer at once.",
            "pingora: `select` of backends without health checks. maglev and hashring: `get`; no health, no load, no change while they are read.",
            "inferroute's `consistent-hash-picker` looks into a Maglev table, its `rendezvous-scorer` rates every endpoint.",
        ],
    );
    for size in SIZES {
        of_two(report, size);
        by_chance(report, size);
        in_turn(report, size);
        by_key(report, size);
    }
}

fn decide<'r>(who: &str, router: &'r Router) -> Contender<'r> {
    let request = Request::new(&NO_HEADERS);
    assert!(router.decide(&request, NOW).is_ok());
    Contender::new(who, move || router.decide(&request, NOW).is_ok())
}

/// A service that is always ready and answers at once.
#[derive(Clone)]
struct Idle;

impl Service<()> for Idle {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        ready(Ok(()))
    }
}

/// Picks an endpoint, sends it a request and takes its answer.
macro_rules! balanced {
    ($who:expr, $discover:expr) => {{
        let mut balance = Balance::<_, ()>::new($discover);
        Contender::new($who, move || {
            let mut context = Context::from_waker(Waker::noop());
            assert!(matches!(balance.poll_ready(&mut context), Poll::Ready(Ok(()))));
            let mut answer = std::pin::pin!(balance.call(()));
            assert!(answer.as_mut().poll(&mut context).is_ready());
        })
    }};
}

fn of_two(report: &mut Report, size: usize) {
    let router = ours::by_strategy(Strategy::TwoChoice, size);
    let request = Request::new(&NO_HEADERS);
    let routed = || router.route(&request, NOW).map(|ticket| ticket.finish()).is_ok();
    let services = || ServiceList::new::<()>(vec![Idle; size]);
    let pending = PendingRequestsDiscover::new(services(), CompleteOnResponse::default());
    let ewma = PeakEwmaDiscover::new::<()>(
        services(),
        Duration::from_millis(30),
        Duration::from_secs(10),
        CompleteOnResponse::default(),
    );
    report.measure(
        &format!("of two, {size}"),
        vec![
            Contender::new("inferroute two_choice, route and finish", routed),
            decide("inferroute two_choice, decide", &router),
            balanced!("tower p2c, pending requests", pending),
            balanced!("tower p2c, peak EWMA", ewma),
        ],
    );
}

fn addresses(size: usize) -> Vec<String> {
    (0..size).map(|n| format!("10.0.{}.{}:8000", n / 256, n % 256)).collect()
}

/// pingora-load-balancing, by one of its ways of selecting, asked for the next key each time.
#[cfg(feature = "pingora")]
mod pingora {
    use pingora_load_balancing::LoadBalancer;
    use pingora_load_balancing::selection::{BackendIter, BackendSelection};

    use crate::measure::Contender;

    pub use pingora_load_balancing::selection::{Consistent, Random, RoundRobin};

    pub fn select<'a, S>(who: &str, size: usize, mut key: impl FnMut() -> &'a [u8] + 'a) -> Vec<Contender<'a>>
    where
        S: BackendSelection + 'static,
        S::Iter: BackendIter,
    {
        let balancer = LoadBalancer::<S>::try_from_iter(super::addresses(size)).expect("addresses");
        vec![Contender::new(who, move || balancer.select(key(), 16).expect("one is there"))]
    }
}

/// Where pingora is left out it takes no part.
#[cfg(not(feature = "pingora"))]
mod pingora {
    use crate::measure::Contender;

    pub struct Consistent;
    pub struct Random;
    pub struct RoundRobin;

    pub fn select<'a, S>(_: &str, _: usize, _: impl FnMut() -> &'a [u8] + 'a) -> Vec<Contender<'a>> {
        Vec::new()
    }
}

fn by_chance(report: &mut Report, size: usize) {
    let router = ours::by_strategy(Strategy::Random, size);
    let mut contenders = vec![decide("inferroute random", &router)];
    contenders.extend(pingora::select::<pingora::Random>("pingora-load-balancing random", size, || b""));
    report.measure(&format!("random, {size}"), contenders);
}

fn in_turn(report: &mut Report, size: usize) {
    let router = ours::by_strategy(Strategy::RoundRobin, size);
    let mut contenders = vec![decide("inferroute round_robin", &router)];
    contenders.extend(pingora::select::<pingora::RoundRobin>(
        "pingora-load-balancing round robin",
        size,
        || b"",
    ));
    report.measure(&format!("round robin, {size}"), contenders);
}

fn by_key(report: &mut Report, size: usize) {
    let keys: Vec<String> = (0..1024).map(|n| format!("session-{n:04}")).collect();
    let key = || HashKey::Header("x-session".to_owned());
    let table = ours::by_scorers(Profile::new("default").picker(Picker::ConsistentHash(key())), size);
    let rated = ours::by_scorers(Profile::new("default").scorer(Scorer::Rendezvous(key()), 1.0), size);
    // Each contender goes through the keys on its own.
    let mut turns = [0_usize; 5].map(|mut turn| {
        move || {
            turn = (turn + 1) % 1024;
            turn
        }
    });
    let [first, second, third, fourth, fifth] = &mut turns;
    let maglev = Maglev::new(addresses(size));
    let mut ring = HashRing::new();
    ring.batch_add(addresses(size));
    let mut contenders = vec![
        Contender::new("inferroute consistent-hash-picker", || {
            let headers = [("x-session", keys[first()].as_str())];
            table.decide(&Request::new(&headers), NOW).is_ok()
        }),
        Contender::new("inferroute rendezvous-scorer", || {
            let headers = [("x-session", keys[fifth()].as_str())];
            rated.decide(&Request::new(&headers), NOW).is_ok()
        }),
        Contender::new("maglev", || maglev.get(keys[second()].as_str()).is_some()),
        Contender::new("hashring", || ring.get(&keys[third()]).is_some()),
    ];
    let key = || keys[fourth()].as_bytes();
    contenders.extend(pingora::select::<pingora::Consistent>("pingora-load-balancing ketama", size, key));
    report.measure(&format!("by key, {size}"), contenders);
}
