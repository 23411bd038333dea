//! Requests that the router sent itself, and what they leave behind.

use serde_json::Value;

use super::told::World;
use super::under_way::{Pace, Sum, Work};

/// Milliseconds of an eighth of a lease: what counts until it lapses does so for eight to nine of them, and is looked at when one is over.
const SPAN: u64 = 450_000;

pub(crate) struct Ticket {
    endpoint: String,
    /// Which endpoint of that name it is.
    address: Option<String>,
    number: u64,
    work: Work,
    began: u64,
    seen: u64,
    renewed: u64,
    has_first_token: bool,
    has_lapsed: bool,
}

/// Sums over requests sent to the pool, half of which are forgotten in a minute.
#[derive(Default)]
pub(crate) struct Typical {
    requests: Sum,
    prompts: Sum,
    tokens: Sum,
    pairs: Sum,
    /// Tokens that anyone held, and those that several did.
    found: Sum,
    common: Sum,
    pub(crate) pace: Pace,
}

impl Typical {
    fn sent(&mut self, work: Work, at: u64) {
        let amounts = [1.0, work.prompt as f64, work.tokens(), work.pairs()];
        let sums = [&mut self.requests, &mut self.prompts, &mut self.tokens, &mut self.pairs];
        sums.into_iter().zip(amounts).for_each(|(sum, amount)| sum.add(amount, at, 60_000.0));
    }

    /// What each endpoint holds of a prompt.
    fn found(&mut self, held: &[f64], at: u64) {
        let most = held.iter().copied().fold(0.0, f64::max);
        let holders = held.iter().filter(|other| **other == most).count();
        if most > 0.0 {
            self.found.add(most, at, 60_000.0);
            self.common.add(if holders > 1 { most } else { 0.0 }, at, 60_000.0);
        }
    }

    /// The part of what was found that several held.
    pub(crate) fn common(&self) -> f64 {
        let found = self.found.latest();
        if found > 0.0 { (self.common.latest() / found).min(1.0) } else { 0.0 }
    }

    /// Tokens of the mean prompt, those of it to work off, and its pairs.
    pub(crate) fn mean(&self) -> Option<(f64, f64, f64)> {
        let requests = Some(self.requests.latest()).filter(|requests| *requests > 0.0)?;
        Some((
            self.prompts.latest() / requests,
            self.tokens.latest() / requests,
            self.pairs.latest() / requests,
        ))
    }
}

impl World {
    /// A request goes to the endpoint of the step, or to the only one.
    pub(crate) fn route(&mut self, at: u64, step: &Value) {
        let request = &step["route"];
        let names = self.names();
        let to = step["to"].as_str().map(str::to_owned);
        let name = to.unwrap_or_else(|| match &names[..] {
            [only] => only.clone(),
            _ => panic!("a route step says where, or has one endpoint"),
        });
        let id = request["headers"].as_array().into_iter().flatten().find(|h| h[0] == "x-session-id");
        if let Some(id) = id {
            self.sessions.insert(id[1].as_str().unwrap().to_owned(), (name.clone(), at));
        }
        let held = self.prefix_of(request, &name).map_or(0.0, |(held, _)| held);
        let prompt = request["prompt_tokens"].as_u64().unwrap_or(0);
        let work = Work { prompt, cached: (held as u64 * 16).min(prompt) };
        let latest = self.endpoints.values().map(|endpoint| endpoint.cold).max().unwrap_or(0);
        self.typical.sent(work, at);
        let tokens = |name: &String| self.prefix_of(request, name).map_or(0.0, |(held, _)| held * 16.0);
        let all: Vec<f64> = names.iter().map(|name| tokens(name).min(prompt as f64)).collect();
        self.typical.found(&all, at);
        let endpoint = self.endpoints.get_mut(&name).unwrap();
        endpoint.anew.add(work.tokens(), at, 60_000.0);
        let seconds = self.step.token * work.tokens() + self.step.pair * work.pairs();
        endpoint.sent_seconds.add(seconds, at, 10_000.0);
        if work.cached > 0 {
            endpoint.returns.add(work.cached as f64 / prompt as f64, at, 60_000.0);
        }
        if held == 0.0 {
            endpoint.cold = latest + 1;
        }
        endpoint.sent.extend(request["blocks"].as_array().into_iter().flatten().map(|b| b.as_u64().unwrap()));
        let number = endpoint.under_way.start(at, work);
        endpoint.in_flight += 1;
        let ticket = Ticket {
            endpoint: name,
            address: endpoint.address.clone(),
            number,
            work,
            began: at,
            seen: at,
            renewed: at,
            has_first_token: false,
            has_lapsed: false,
        };
        let (id, is_kept) = step["as"].as_str().map_or(("", false), |id| (id, true));
        self.tickets.insert(id.to_owned(), ticket);
        if !is_kept {
            self.tell_ticket(at, "finish", "");
        }
    }

    pub(crate) fn tell_ticket(&mut self, at: u64, what: &str, id: &str) {
        let mut ticket = self.tickets.remove(id).unwrap();
        let there = self.endpoints.get_mut(&ticket.endpoint);
        let Some(endpoint) = there.filter(|endpoint| endpoint.address == ticket.address) else { return };
        match what {
            "first_token" | "renew" => {
                if what == "first_token" && !ticket.has_first_token {
                    ticket.has_first_token = true;
                    endpoint.first_tokens.push((at, (at - ticket.began) as f64 * 1e6));
                    let began = endpoint.under_way.began().max(ticket.began);
                    let work = if ticket.has_lapsed { Work::default() } else { ticket.work };
                    let waiting = endpoint.under_way.requests;
                    endpoint.under_way.first_token(at, work, Some(ticket.number));
                    if ticket.has_lapsed {
                        endpoint.under_way.requests = waiting;
                    }
                    let taken = at.saturating_sub(began) as f64 / 1000.0;
                    let foreseen = endpoint.under_way.foreseen(ticket.work, endpoint.in_flight, &self.step);
                    if let Some(foreseen) = foreseen {
                        endpoint.under_way.pace.add(taken, foreseen, at, 10_000.0);
                        self.typical.pace.add(taken, foreseen, at, 60_000.0);
                    }
                }
                ticket.seen = ticket.seen.max(at);
                assert!(!ticket.has_lapsed, "what counts again after it lapsed is another test's matter");
                ticket.renewed = at;
                self.tickets.insert(id.to_owned(), ticket);
            }
            _ => {
                if what == "finish" {
                    endpoint.ends.push((ticket.seen, false));
                }
                if !ticket.has_lapsed {
                    endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
                    ticket.stop(&mut endpoint.under_way);
                }
                if !ticket.has_first_token {
                    endpoint.under_way.give_up(ticket.seen, ticket.number);
                }
            }
        }
    }

    /// Requests at the endpoint that were not renewed for the length of their lease count no more.
    pub(crate) fn lapse(&mut self, at: u64, name: &str) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        for ticket in self.tickets.values_mut().filter(|ticket| ticket.endpoint == name && !ticket.has_lapsed)
        {
            if ticket.address == endpoint.address && at / SPAN > ticket.renewed / SPAN + 9 {
                ticket.has_lapsed = true;
                endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
                ticket.stop(&mut endpoint.under_way);
            }
        }
    }
}

impl Ticket {
    fn stop(&self, under_way: &mut super::under_way::UnderWay) {
        if !self.has_first_token {
            under_way.work_off(self.work);
        }
        under_way.leave(self.work);
    }
}
