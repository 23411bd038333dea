//! Gateways and workloads that the tests of the simulator share.

mod faults;
mod naive;
mod run;
mod server;

use std::cell::RefCell;
use std::rc::Rc;

use super::draw::draw;
use super::{Arrival, Asked, Gateway, Hardware, Polled, SimRequest, Workload};

/// The 8b row with another cache.
fn hardware(kv_tokens: u64) -> Hardware {
    Hardware { kv_tokens, ..Hardware::ALL[0].clone() }
}

/// A request of session 0 whose full and partial blocks are numbered from `first`.
fn request(arrival: Arrival, prompt: u32, output: u32, first: u64, block_tokens: u32) -> SimRequest {
    let blocks = (0..u64::from(prompt.div_ceil(block_tokens))).map(|n| first + n).collect();
    SimRequest { arrival, prompt, output, blocks, tenant: 0, session: 0, adapter: None }
}

fn workload(block_tokens: u32, requests: Vec<SimRequest>) -> Workload {
    Workload { name: "test".into(), block_tokens, requests }
}

fn close(is: f64, wanted: f64) {
    assert!((is - wanted).abs() < 1e-9, "{is} is not {wanted}");
}

/// Conversations that begin at random times and whose prompts grow; answers become part of the next prompt under new block numbers.
fn conversations(seed: u64, sessions: u64, seconds: f64, block_tokens: u32, scale: u64) -> Workload {
    let mut requests: Vec<SimRequest> = Vec::new();
    for session in 0..sessions {
        let number = |part: u64, below: u64| draw(seed, [session, part, 0]) % below;
        let mut at = number(0, 1_000_000) as f64 / 1e6 * seconds;
        let mut prompt = 0;
        for turn in 0..1 + number(1, 5) {
            prompt += 1 + number(10 + turn, scale) as u32;
            let shared = 1_000_000 * (1 + number(2, sessions / 3 + 1));
            let own = 1_000_000_000 * (1 + session);
            let common = number(3, scale) / u64::from(block_tokens);
            let name = |at: u64| if at < common { shared + at } else { own + at };
            requests.push(SimRequest {
                arrival: Arrival::At(at),
                prompt,
                output: 1 + number(20 + turn, scale / 2) as u32,
                blocks: (0..u64::from(prompt.div_ceil(block_tokens))).map(name).collect(),
                tenant: session as u32 % 3,
                session: session as u32,
                adapter: None,
            });
            at += number(30 + turn, 1_000) as f64 / 1e3 * seconds / 10.0;
        }
    }
    let time = |request: &SimRequest| match request.arrival {
        Arrival::At(at) => at,
        Arrival::After { think, .. } => think,
    };
    requests.sort_by(|a, b| time(a).total_cmp(&time(b)));
    workload(block_tokens, requests)
}

/// What a gateway was told, in words.
type Log = Rc<RefCell<Vec<String>>>;

/// The endpoint with the fewest requests in flight from here, the first of equals. Writes down what it is told.
#[derive(Default)]
struct LeastInFlight {
    in_flight: Vec<Option<u32>>,
    sent: Vec<(usize, usize)>,
    log: Option<Log>,
}

impl LeastInFlight {
    fn logging(log: &Log) -> Box<dyn Gateway> {
        Box::new(Self { log: Some(log.clone()), ..Self::default() })
    }

    fn say(&self, text: impl FnOnce() -> String) {
        if let Some(log) = &self.log {
            log.borrow_mut().push(text());
        }
    }

    fn ended(&mut self, number: usize) {
        let at = self.sent.iter().position(|&(sent, _)| sent == number).expect("it was dispatched");
        let (_, endpoint) = self.sent.swap_remove(at);
        *self.in_flight[endpoint].as_mut().expect("it is there") -= 1;
    }
}

impl Gateway for LeastInFlight {
    fn dispatch(&mut self, number: usize, _: &Asked<'_>, now: f64) -> usize {
        let there = self.in_flight.iter().enumerate().filter_map(|(endpoint, n)| Some(((*n)?, endpoint)));
        let (_, endpoint) = there.min().expect("an endpoint is there");
        self.in_flight[endpoint] = self.in_flight[endpoint].map(|n| n + 1);
        self.sent.push((number, endpoint));
        self.say(|| format!("{now:.3} {number} to {endpoint}"));
        endpoint
    }

    fn first_token(&mut self, number: usize, now: f64) {
        self.say(|| format!("{now:.3} {number} first"));
    }

    fn finished(&mut self, number: usize, generated: u32, now: f64) {
        self.ended(number);
        self.say(|| format!("{now:.3} {number} finished {generated}"));
    }

    fn failed(&mut self, number: usize, now: f64) {
        self.ended(number);
        self.say(|| format!("{now:.3} {number} failed"));
    }

    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64) {
        self.say(|| {
            format!("{now:.3} {endpoint} polled {} {} {:.3}", polled.waiting, polled.running, polled.kv_usage)
        });
    }

    fn stored(&mut self, endpoint: usize, parent: Option<u64>, blocks: &[u64], now: f64) {
        self.say(|| format!("{now:.3} {endpoint} stored {parent:?} {blocks:?}"));
    }

    fn removed(&mut self, endpoint: usize, blocks: &[u64], now: f64) {
        self.say(|| format!("{now:.3} {endpoint} removed {blocks:?}"));
    }

    fn appeared(&mut self, endpoint: usize, now: f64) {
        assert_eq!(self.in_flight.len(), endpoint);
        self.in_flight.push(Some(0));
        self.say(|| format!("{now:.3} {endpoint} appeared"));
    }

    fn gone(&mut self, endpoint: usize, now: f64) {
        assert_eq!(self.in_flight[endpoint].take(), Some(0));
        self.say(|| format!("{now:.3} {endpoint} gone"));
    }
}
