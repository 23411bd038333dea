//! A run: one clock for clients, gateways and servers.

use std::collections::VecDeque;

use super::cache::Change;
use super::draw::draw;
use super::gateway::{Asked, Gateway};
use super::outcome::{Load, Outcome, Record, Sample};
use super::queue::Queue;
use super::scrapes::Scrapes;
use super::server::{Happened, Left, Server};
use super::settings::{FaultKind, RunError, Settings, check};
use super::workload::{Arrival, Workload};

/// Sends a workload through gateways to servers until every request is answered or has failed. `make` makes the gateway of each replica. The same
/// arguments give the same outcome.
///
/// # Errors
///
/// [`RunError`], for settings, requests and answers of gateways that mean nothing.
pub fn run(
    settings: &Settings,
    workload: &Workload,
    make: &mut dyn FnMut(usize) -> Box<dyn Gateway>,
) -> Result<Outcome, RunError> {
    check(settings, workload)?;
    let mut run = Run::new(settings, workload, make);
    while run.open > 0 {
        run.next()?;
    }
    run.outcome.records.sort_by_key(|record| record.number);
    run.outcome.failed.sort_unstable();
    Ok(run.outcome)
}

pub(super) struct Run<'w> {
    pub(super) settings: &'w Settings,
    pub(super) workload: &'w Workload,
    pub(super) gateways: Vec<Box<dyn Gateway>>,
    /// By number; those that went away leave nothing.
    pub(super) endpoints: Vec<Option<Endpoint<'w>>>,
    pub(super) queue: Queue<Event>,
    pub(super) scrapes: Scrapes,
    /// Changes of caches on their way to the gateways: when they arrive, whose they are.
    feed: VecDeque<(f64, usize, Change)>,
    pub(super) requests: Vec<Progress>,
    followers: Vec<Vec<(usize, f64)>>,
    /// Requests that are neither answered nor failed.
    open: usize,
    next_sample: f64,
    happened: Happened,
    pub(super) outcome: Outcome,
}

pub(super) struct Endpoint<'w> {
    pub(super) server: Server<'w>,
    pub(super) slowdown: f64,
    /// When the step under way ends.
    pub(super) ends: Option<f64>,
    /// Raised when that changes, so that the former end means nothing.
    pub(super) turn: u32,
    pub(super) hung_until: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Arrives(usize),
    StepEnds { endpoint: usize, turn: u32 },
    Wakes(usize),
    Befalls(FaultKind),
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    arrival: f64,
    attempts: u32,
    endpoint: usize,
    first_token: f64,
    pub(super) preemptions: u32,
}

impl<'w> Run<'w> {
    fn new(
        settings: &'w Settings,
        workload: &'w Workload,
        make: &mut dyn FnMut(usize) -> Box<dyn Gateway>,
    ) -> Self {
        let open = workload.requests.len();
        let mut run = Self {
            settings,
            workload,
            gateways: (0..settings.replicas).map(make).collect(),
            endpoints: Vec::new(),
            queue: Queue::new(),
            scrapes: Scrapes::new(settings.scrape_interval, settings.seed),
            feed: VecDeque::new(),
            requests: vec![Progress::default(); open],
            followers: vec![Vec::new(); open],
            open,
            next_sample: 0.0,
            happened: Happened::default(),
            outcome: Outcome::default(),
        };
        for endpoint in 0..settings.endpoints {
            run.appear(settings.slowdown.get(endpoint).copied().unwrap_or(1.0), 0.0);
        }
        for fault in &settings.faults {
            run.queue.plan(fault.at, Event::Befalls(fault.kind));
        }
        for (number, request) in workload.requests.iter().enumerate() {
            match request.arrival {
                Arrival::At(at) => run.queue.plan(at / settings.speed, Event::Arrives(number)),
                Arrival::After { former, think } => run.followers[former].push((number, think)),
            }
        }
        run
    }

    /// Does what is due next. At equal times gateways hear of caches first, then scrape, then the rest happens.
    fn next(&mut self) -> Result<(), RunError> {
        let feed = self.feed.front().map_or(f64::INFINITY, |&(time, ..)| time);
        let (scrape, event) = (self.scrapes.time(), self.queue.time());
        let now = feed.min(scrape).min(event);
        while self.next_sample <= now {
            self.sample();
        }
        if feed <= now {
            self.tell_change(now);
        } else if scrape <= now {
            self.scrape(now);
        } else {
            match self.queue.pop() {
                Some(Event::Arrives(number)) => {
                    self.requests[number].arrival = now;
                    self.dispatch(number, now)?;
                }
                Some(Event::StepEnds { endpoint, turn }) => self.end_step(endpoint, turn, now),
                Some(Event::Wakes(endpoint)) => self.begin_step(endpoint, now),
                Some(Event::Befalls(kind)) => self.befall(kind, now)?,
                None => {}
            }
        }
        Ok(())
    }

    pub(super) fn replica(&self, number: usize) -> usize {
        (draw(self.settings.seed, [2, number as u64, 0]) % self.gateways.len() as u64) as usize
    }

    pub(super) fn dispatch(&mut self, number: usize, now: f64) -> Result<(), RunError> {
        if self.endpoints.iter().all(Option::is_none) {
            return Err(RunError::NoEndpoint { number });
        }
        let replica = self.replica(number);
        let asked = Asked::of(&self.workload.requests[number], self.workload.block_tokens);
        let endpoint = self.gateways[replica].dispatch(number, &asked, now);
        let Some(Some(there)) = self.endpoints.get_mut(endpoint) else {
            return Err(RunError::WrongEndpoint { number, endpoint });
        };
        there.server.enqueue(number);
        let progress = &mut self.requests[number];
        (progress.endpoint, progress.attempts) = (endpoint, progress.attempts + 1);
        self.begin_step(endpoint, now);
        Ok(())
    }

    fn begin_step(&mut self, endpoint: usize, now: f64) {
        let Some(there) = &mut self.endpoints[endpoint] else { return };
        if there.ends.is_some() {
            return;
        }
        if now < there.hung_until {
            self.queue.plan(there.hung_until, Event::Wakes(endpoint));
            return;
        }
        let Some(time) = there.server.begin() else { return };
        let end = now + time * there.slowdown;
        there.ends = Some(end);
        self.queue.plan(end, Event::StepEnds { endpoint, turn: there.turn });
        let arrives = now + self.settings.event_delay;
        self.feed.extend(there.server.changes().map(|change| (arrives, endpoint, change)));
    }

    fn end_step(&mut self, endpoint: usize, turn: u32, now: f64) {
        let mut happened = std::mem::take(&mut self.happened);
        match &mut self.endpoints[endpoint] {
            Some(there) if there.turn == turn => {
                there.ends = None;
                there.server.end(&mut happened);
            }
            _ => return,
        }
        for number in happened.first_tokens.drain(..) {
            self.requests[number].first_token = now;
            let replica = self.replica(number);
            self.gateways[replica].first_token(number, now);
        }
        for left in happened.finished.drain(..) {
            self.finish(left, now);
        }
        self.happened = happened;
        self.begin_step(endpoint, now);
    }

    fn finish(&mut self, left: Left, now: f64) {
        let (number, replica) = (left.number, self.replica(left.number));
        let (request, progress) = (&self.workload.requests[number], self.requests[number]);
        self.gateways[replica].finished(number, request.output, now);
        self.outcome.preemptions += u64::from(left.preemptions);
        self.outcome.end = now;
        self.outcome.records.push(Record {
            number,
            tenant: request.tenant,
            arrival: progress.arrival,
            replica,
            endpoint: progress.endpoint,
            attempts: progress.attempts,
            first_token: progress.first_token,
            end: now,
            prompt: request.prompt,
            cached: left.cached,
            output: request.output,
            preemptions: progress.preemptions + left.preemptions,
            cold: self.settings.hardware.prefill_time(request.prompt, 0),
        });
        self.close(number, now);
    }

    /// The request is answered or has failed for good: those that follow it are sent when their users have thought.
    pub(super) fn close(&mut self, number: usize, now: f64) {
        self.open -= 1;
        for &(follower, think) in &self.followers[number] {
            self.queue.plan(now + think, Event::Arrives(follower));
        }
    }

    fn scrape(&mut self, now: f64) {
        if let Some((replica, endpoint)) = self.scrapes.pop()
            && let Some(there) = &self.endpoints[endpoint]
        {
            self.gateways[replica].polled(endpoint, &there.server.polled(), now);
        }
    }

    fn tell_change(&mut self, now: f64) {
        let Some((_, endpoint, change)) = self.feed.pop_front() else { return };
        if self.endpoints[endpoint].is_none() {
            return;
        }
        for gateway in &mut self.gateways {
            match &change {
                Change::Stored { parent, blocks } => gateway.stored(endpoint, *parent, blocks, now),
                Change::Removed { blocks } => gateway.removed(endpoint, blocks, now),
            }
        }
    }

    fn sample(&mut self) {
        let loads = self.endpoints.iter().enumerate().filter_map(|(endpoint, there)| {
            let polled = there.as_ref()?.server.polled();
            Some(Load { endpoint, waiting: polled.waiting, running: polled.running })
        });
        self.outcome.samples.push(Sample { at: self.next_sample, loads: loads.collect() });
        self.next_sample += 1.0;
    }
}
