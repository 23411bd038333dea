//! What is known of the endpoints of a case once all of its steps are told.

use std::collections::BTreeMap;

use serde_json::Value;

use super::draw::Draw;
use super::metrics;

/// Milliseconds for which polled load and attributes count.
const FRESH: u64 = 30_000;

#[derive(Clone, Default)]
pub(crate) struct Endpoint {
    pub(crate) address: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// When it was told, the report, and the requests in flight at that moment.
    load: Option<(u64, Value, u64)>,
    attributes: BTreeMap<String, (u64, f64)>,
    pub(crate) in_flight: u64,
    pub(crate) tokens: u64,
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
    sessions: BTreeMap<String, (String, u64)>,
    pub(crate) now: u64,
    pub(crate) request: Value,
    pub(crate) peer: Option<String>,
    pub(crate) draw: Draw,
}

impl World {
    pub(crate) fn read(case: &Value) -> World {
        let mut world = World {
            endpoints: BTreeMap::new(),
            sessions: BTreeMap::new(),
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
        if let Some(request) = step.get("route") {
            let mut names = self.names().into_iter();
            let (Some(only), None) = (names.next(), names.next()) else {
                panic!("a route step has one endpoint")
            };
            let id = request["headers"].as_array().into_iter().flatten().find(|h| h[0] == "x-session-id");
            if let Some(id) = id {
                self.sessions.insert(id[1].as_str().unwrap().to_owned(), (only.clone(), at));
            }
            // Its answer came without a first token, as a success.
            self.endpoints.get_mut(&only).unwrap().ends.push((at, false));
            return;
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
        let prompt: Vec<u64> =
            self.request["blocks"].as_array()?.iter().map(|b| b.as_u64().unwrap()).collect();
        let held = prompt.iter().take_while(|block| self.endpoints[name].blocks.contains(block)).count();
        Some((held as f64, prompt.len() as f64))
    }

    pub(crate) fn prompt_tokens(&self) -> f64 {
        self.request["prompt_tokens"].as_f64().unwrap_or(0.0)
    }
}

impl Endpoint {
    fn tell(&mut self, at: u64, step: &Value) {
        if let Some(page) = step.get("page") {
            let read = metrics::read(page.as_str().unwrap().as_bytes(), &Value::Null);
            self.load = Some((at, read["report"].clone(), self.in_flight));
            return;
        }
        let tokens = step["prompt_tokens"].as_u64().unwrap_or(0);
        match step["event"].as_str().unwrap() {
            "load_polled" => self.load = Some((at, step["load"].clone(), self.in_flight)),
            "in_flight_counted" => self.in_flight = step["count"].as_u64().unwrap(),
            "request_started" => (self.in_flight, self.tokens) = (self.in_flight + 1, self.tokens + tokens),
            "first_token" => self.tokens = self.tokens.saturating_sub(tokens),
            "request_finished" => self.in_flight = self.in_flight.saturating_sub(1),
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
