//! What is known of the endpoints of a case once all of its steps are told.

use std::collections::BTreeMap;

use serde_json::Value;

use super::completion::Step;
use super::draw::Draw;
use super::metrics;
use super::tickets::{Ticket, Typical};
use super::under_way::{UnderWay, Work};

/// Milliseconds for which polled load and attributes count.
const FRESH: u64 = 30_000;

#[derive(Clone, Default)]
pub(crate) struct Endpoint {
    pub(crate) address: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// When it was told, the report, and the requests in flight at that moment.
    load: Option<(u64, Value, u64)>,
    pub(crate) under_way: UnderWay,
    /// Blocks of prompts that were sent there.
    pub(crate) sent: Vec<u64>,
    /// Its place among those that were sent a request of whose prompt they held nothing.
    pub(crate) cold: u64,
    /// Requests that came back to what is cached there, each by its share of the prompt.
    pub(crate) returns: super::under_way::Sum,
    /// Seconds of prompts that were sent there.
    pub(crate) sent_seconds: super::under_way::Sum,
    /// Tokens that were not cached: of requests sent there, and of everybody's by the totals of the reports, which follow.
    pub(crate) anew: super::under_way::Sum,
    anew_of_all: super::under_way::Sum,
    totals: (u64, u64),
    attributes: BTreeMap<String, (u64, f64)>,
    pub(crate) in_flight: u64,
    /// When requests came to an end, and whether they failed.
    pub(crate) ends: Vec<(u64, bool)>,
    /// When first tokens came, and after how many nanoseconds.
    pub(crate) first_tokens: Vec<(u64, f64)>,
    pub(crate) blocks: Vec<u64>,
    sequence: Option<u64>,
    /// Events were missed; nothing is believed until the cache is empty.
    has_gap: bool,
}

pub(crate) struct World {
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    /// By session: the endpoint and when it was used last.
    pub(crate) sessions: BTreeMap<String, (String, u64)>,
    pub(crate) tickets: BTreeMap<String, Ticket>,
    pub(crate) typical: Typical,
    pub(crate) now: u64,
    pub(crate) request: Value,
    pub(crate) peer: Option<String>,
    /// What steps cost, by which what prompts took is measured.
    pub(crate) step: Step,
    pub(crate) draw: Draw,
}

impl World {
    pub(crate) fn read(case: &Value) -> World {
        let mut world = World {
            endpoints: BTreeMap::new(),
            sessions: BTreeMap::new(),
            tickets: BTreeMap::new(),
            typical: Typical::default(),
            step: super::completion::step_of(&super::parameters::of(case)),
            now: case["now"].as_u64().unwrap_or(0),
            request: case["request"].clone(),
            peer: case["peer"].as_str().map(str::to_owned),
            draw: Draw::new(case["seed"].as_u64().unwrap_or(0)),
        };
        for (number, (name, labels)) in case["endpoints"].as_object().unwrap().iter().enumerate() {
            world.report(name, Some(format!("10.0.0.{number}")), labels);
        }
        for step in case["told"].as_array().into_iter().flatten() {
            world.tell(step[0].as_u64().unwrap(), &step[1]);
        }
        world
    }

    fn report(&mut self, name: &str, ip: Option<String>, labels: &Value) {
        let address = ip.map(|ip| format!("{ip}:8000"));
        let known = self.endpoints.remove(name).filter(|endpoint| endpoint.address == address);
        let mut endpoint = Endpoint { address, ..known.unwrap_or_default() };
        endpoint.labels = labels
            .as_object()
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned()))
            .collect();
        self.endpoints.insert(name.to_owned(), endpoint);
    }

    fn tell(&mut self, at: u64, step: &Value) {
        if step.get("refused").is_some() {
            return;
        }
        if step.get("route").is_some() {
            return self.route(at, step);
        }
        for what in ["first_token", "renew", "finish", "drop"] {
            if let Some(ticket) = step[what].as_str() {
                return self.tell_ticket(at, what, ticket);
            }
        }
        if step["event"] == "leases_lapsed" {
            let names = self.names();
            return names.iter().for_each(|name| self.lapse(at, name));
        }
        if step["event"] == "endpoint_reported" {
            let told = &step["endpoint"];
            return self.report(
                told["name"].as_str().unwrap(),
                told["address"].as_str().map(str::to_owned),
                &told["labels"],
            );
        }
        if step["event"] == "endpoint_gone" {
            self.endpoints.remove(step["name"].as_str().unwrap());
            return;
        }
        let name = step["endpoint"].as_str().unwrap().trim_start_matches("default/");
        if step.get("page").is_some() || step["event"] == "load_polled" {
            self.lapse(at, name);
        }
        if let Some(endpoint) = self.endpoints.get_mut(name) {
            endpoint.tell(at, step);
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.endpoints.keys().cloned().collect()
    }

    /// The report of an endpoint, if it is not older than `age`, and the requests in flight when it came.
    pub(crate) fn report_within(&self, name: &str, age: u64) -> Option<(&Value, u64)> {
        let (at, report, in_flight) = self.endpoints[name].load.as_ref()?;
        (*at + age >= self.now).then_some((report, *in_flight))
    }

    /// Seconds since the report.
    pub(crate) fn age(&self, name: &str) -> f64 {
        self.endpoints[name]
            .load
            .as_ref()
            .map_or(0.0, |(at, ..)| self.now.saturating_sub(*at) as f64 / 1000.0)
    }

    /// A value of the report.
    pub(crate) fn polled(&self, name: &str, value: &str) -> Option<f64> {
        self.report_within(name, FRESH)?.0[value].as_f64()
    }

    /// The queue by now: requests sent since the poll are added, those that ended since are taken off.
    pub(crate) fn waiting_now(&self, name: &str, age: u64) -> Option<f64> {
        let (report, then) = self.report_within(name, age)?;
        let since = self.endpoints[name].in_flight as f64 - then as f64;
        Some((report["waiting"].as_f64()? + since).max(0.0))
    }

    /// The report of adapters.
    pub(crate) fn lora(&self, name: &str) -> Option<&Value> {
        self.report_within(name, FRESH)?.0.get("lora").filter(|lora| !lora.is_null())
    }

    pub(crate) fn attribute(&self, name: &str, attribute: &str) -> Option<f64> {
        let (at, value) = self.endpoints[name].attributes.get(attribute)?;
        (at + FRESH >= self.now).then_some(*value)
    }

    /// The value of a header that is there once and not empty.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.request["headers"].as_array().map_or(&[][..], Vec::as_slice);
        let named: Vec<&Value> =
            pairs.iter().filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name)).collect();
        match named[..] {
            [one] => one[1].as_str().filter(|value| !value.is_empty()),
            _ => None,
        }
    }

    /// The endpoint that the request's session belongs to.
    pub(crate) fn owner(&self, settings: &Value) -> Option<String> {
        if settings["strategy"] == "session_id" {
            let keep = settings["sessionIdConfig"]["evictionTtlSeconds"].as_f64().unwrap_or(300.0) * 1000.0;
            let (endpoint, used) = self.sessions.get(self.header("x-session-id")?.trim())?;
            let is_kept = self.now as f64 - *used as f64 <= keep;
            return Some(endpoint.clone()).filter(|name| is_kept && self.endpoints.contains_key(name));
        }
        let token = self.header("x-session-token")?.trim();
        self.names().into_iter().find(|name| base64(format!("default/{name}").as_bytes()) == token)
    }

    /// Leading blocks of the prompt that the endpoint holds, and how many the prompt has; nothing without a prompt.
    pub(crate) fn prefix(&self, name: &str) -> Option<(f64, f64)> {
        self.prefix_of(&self.request, name)
    }

    /// The same of any prompt: what the engine told of, or what was sent there, whichever is more.
    pub(crate) fn prefix_of(&self, request: &Value, name: &str) -> Option<(f64, f64)> {
        let prompt: Vec<u64> = request["blocks"].as_array()?.iter().map(|b| b.as_u64().unwrap()).collect();
        let endpoint = &self.endpoints[name];
        let held = |blocks: &Vec<u64>| prompt.iter().take_while(|block| blocks.contains(block)).count();
        Some((held(&endpoint.blocks).max(held(&endpoint.sent)) as f64, prompt.len() as f64))
    }

    pub(crate) fn prompt_tokens(&self) -> f64 {
        self.request["prompt_tokens"].as_f64().unwrap_or(0.0)
    }
}

impl Endpoint {
    fn load(&mut self, at: u64, report: &Value) {
        self.under_way.polled(report, self.in_flight);
        self.count_anew(at, report);
        self.load = Some((at, report.clone(), self.in_flight));
    }

    fn count_anew(&mut self, at: u64, report: &Value) {
        let (Some(queries), Some(hits)) = (report["prefix_queries"].as_u64(), report["prefix_hits"].as_u64())
        else {
            return;
        };
        let missed = queries.saturating_sub(self.totals.0).saturating_sub(hits.saturating_sub(self.totals.1));
        if self.totals.0 > 0 && missed > 0 {
            self.anew_of_all.add(missed as f64, at, 60_000.0);
        }
        self.totals = (queries, hits);
    }

    /// What is left of them: everybody's where there is a fresh report and they were more as of when they were last told.
    pub(crate) fn written_anew(&self, now: u64, is_fresh: bool) -> f64 {
        let all = is_fresh && self.anew_of_all.latest() > self.anew.latest();
        if all { self.anew_of_all.faded(now, 60_000.0) } else { self.anew.faded(now, 60_000.0) }
    }

    fn tell(&mut self, at: u64, step: &Value) {
        if let Some(page) = step.get("page") {
            let read = metrics::read(page.as_str().unwrap().as_bytes(), &Value::Null);
            return self.load(at, &read["report"]);
        }
        let tokens = step["prompt_tokens"].as_u64().unwrap_or(0);
        match step["event"].as_str().unwrap() {
            "load_polled" => self.load(at, &step["load"]),
            "in_flight_counted" => self.in_flight = step["count"].as_u64().unwrap(),
            "request_started" => {
                self.in_flight += 1;
                self.under_way.start(at, Work { prompt: tokens, cached: 0 });
            }
            "first_token" => self.under_way.first_token(at, Work { prompt: tokens, cached: 0 }, None),
            "request_finished" => {
                self.under_way.end_one_of(at, self.in_flight);
                self.in_flight = self.in_flight.saturating_sub(1);
            }
            "attribute_reported" => {
                let told = (at, step["value"].as_f64().unwrap());
                self.attributes.insert(step["attribute"].as_str().unwrap().to_owned(), told);
            }
            "request_measured" => {
                self.ends.push((at, step["failed"] == true));
                self.first_tokens.extend(step["ttft_ns"].as_f64().map(|ttft| (at, ttft)));
            }
            event => self.of_cache(event, step),
        }
    }

    fn of_cache(&mut self, event: &str, step: &Value) {
        let sequence = step["sequence"].as_u64().unwrap();
        let is_next = self.sequence.is_none_or(|seen| sequence == seen + 1);
        if event != "cache_started" && self.sequence.is_some_and(|seen| sequence <= seen) {
            return;
        }
        self.sequence = Some(sequence);
        let hashes = || step["hashes"].as_array().unwrap().iter().map(|hash| hash.as_u64().unwrap());
        match event {
            "cache_cleared" | "cache_started" => (self.has_gap, self.blocks) = (false, Vec::new()),
            _ if self.has_gap || !is_next => (self.has_gap, self.blocks) = (true, Vec::new()),
            "blocks_stored" => self.blocks.extend(hashes()),
            "blocks_removed" => self.blocks.retain(|block| hashes().all(|hash| hash != *block)),
            _ => panic!("{event} is no event"),
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    let digits: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit =
        |six: &[u8]| digits[six.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit)) << (6 - six.len())];
    let mut text: String = bits.chunks(6).map(digit).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}
