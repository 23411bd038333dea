//! One situation in which strategies are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sim::{Fault, FaultKind, Hardware, Settings};

/// A situation; with a seed it is a run for each strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The workload, trace or generator.
    #[serde(rename = "trace")]
    pub workload: String,
    /// The row of the hardware.
    pub hardware: String,
    /// Endpoints at the start.
    pub endpoints: usize,
    /// The speed, as a multiple of the flood capacity.
    pub load: f64,
    /// Gateways that do not know of each other's requests.
    pub replicas: usize,
    /// Seconds between two scrapes of an endpoint by a gateway.
    pub scrape: f64,
    /// Seconds that a KV event is under way.
    pub delay: f64,
    /// Whether endpoints are equal.
    pub pool: Pool,
    /// What befalls an endpoint when four tenths of the arrivals' time are over.
    pub fault: Upset,
}

/// Whether endpoints are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// All alike.
    Even,
    /// Every other endpoint takes [`SLOWER`] times as long, and no gateway is told.
    Mixed,
}

/// What befalls an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Upset {
    /// Nothing.
    None,
    /// One more appears.
    Added,
    /// The first goes away with its cache; its requests are dispatched again.
    Removed,
    /// The first takes three times as long from then on.
    Slowed,
    /// The first does nothing for twenty seconds.
    Hung,
}

/// How many times as long the slower half of a mixed pool takes.
pub const SLOWER: f64 = 1.6;

impl Cell {
    /// An everyday cell: one gateway, scrapes of 50 ms, events of 10 ms, equal endpoints that stay.
    pub fn plain(workload: &str, hardware: &str, endpoints: usize, load: f64) -> Self {
        Self {
            workload: workload.to_owned(),
            hardware: hardware.to_owned(),
            endpoints,
            load,
            replicas: 1,
            scrape: 0.05,
            delay: 0.01,
            pool: Pool::Even,
            fault: Upset::None,
        }
    }

    /// Whether it is an everyday cell.
    pub fn is_plain(&self) -> bool {
        *self == Self::plain(&self.workload, &self.hardware, self.endpoints, self.load)
    }

    /// Whether one of the alternatives, which bars separate, is its name or consists of comma-separated words that are all in its name.
    pub fn is_meant_by(&self, filter: &str) -> bool {
        let name = self.to_string();
        filter.split('|').map(str::trim).any(|words| {
            // A whole name means that cell, not those that differ from it in something more.
            let is_whole = words.matches('/').count() >= 4 && !words.contains(',');
            let is_there = |word: &str| format!("{name}/").contains(word.trim());
            if is_whole { name == words } else { words.split(',').all(is_there) }
        })
    }

    /// The settings of a run. `span` is the time over which the workload's requests arrive at speed 1. Nothing if there is no such hardware.
    pub fn settings(&self, seed: u64, speed: f64, span: f64) -> Option<Settings> {
        let mut settings = Settings::new(Hardware::by_name(&self.hardware)?, self.endpoints);
        settings.speed = speed;
        settings.replicas = self.replicas;
        settings.scrape_interval = self.scrape;
        settings.event_delay = self.delay;
        settings.seed = seed;
        if self.pool == Pool::Mixed {
            settings.slowdown = (0..self.endpoints).map(|n| if n % 2 == 1 { SLOWER } else { 1.0 }).collect();
        }
        let kind = match self.fault {
            Upset::None => None,
            Upset::Added => Some(FaultKind::Added { slowdown: 1.0 }),
            Upset::Removed => Some(FaultKind::Removed { endpoint: 0 }),
            Upset::Slowed => Some(FaultKind::Slowed { endpoint: 0, factor: 3.0 }),
            Upset::Hung => Some(FaultKind::Hung { endpoint: 0, seconds: 20.0 }),
        };
        settings.faults = kind.map(|kind| Fault { at: 0.4 * span / speed, kind }).into_iter().collect();
        Some(settings)
    }
}

/// The name: what is not everyday stands behind the rest, as in `conversation/8b/n8/x0.8/r1/scrape5`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, hardware, endpoints, load, replicas, scrape, delay, pool, fault } = self;
        write!(f, "{workload}/{hardware}/n{endpoints}/x{load}/r{replicas}")?;
        let everyday = Self::plain(workload, hardware, *endpoints, *load);
        if *scrape != everyday.scrape {
            write!(f, "/scrape{scrape}")?;
        }
        if *delay != everyday.delay {
            write!(f, "/delay{delay}")?;
        }
        if *pool == Pool::Mixed {
            write!(f, "/mixed")?;
        }
        match fault {
            Upset::None => Ok(()),
            Upset::Added => write!(f, "/added"),
            Upset::Removed => write!(f, "/removed"),
            Upset::Slowed => write!(f, "/slowed"),
            Upset::Hung => write!(f, "/hung"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Pool, Upset};
    use crate::sim::FaultKind;

    #[test]
    fn names_say_what_is_not_everyday() {
        let mut cell = Cell::plain("conversation", "8b", 8, 0.8);
        assert!(cell.is_plain());
        assert_eq!(cell.to_string(), "conversation/8b/n8/x0.8/r1");
        (cell.scrape, cell.delay, cell.pool, cell.fault) = (5.0, 1.0, Pool::Mixed, Upset::Hung);
        assert_eq!(cell.to_string(), "conversation/8b/n8/x0.8/r1/scrape5/delay1/mixed/hung");
        assert!(!cell.is_plain());
        assert!(cell.is_meant_by("conv,n8/") && cell.is_meant_by("hung") && !cell.is_meant_by("conv,n4/"));
        assert!(cell.is_meant_by("chat | conv,mixed") && !cell.is_meant_by("chat|n4/"));
        let whole = "conversation/8b/n8/x0.8/r1";
        assert!(!cell.is_meant_by(whole) && Cell::plain("conversation", "8b", 8, 0.8).is_meant_by(whole));
    }

    #[test]
    fn faults_come_when_four_tenths_of_the_arrivals_are_over() {
        let cell = Cell { fault: Upset::Removed, ..Cell::plain("x", "8b", 3, 1.0) };
        let settings = cell.settings(1, 2.0, 100.0).unwrap_or_else(|| panic!("8b is known"));
        let [fault] = settings.faults[..] else { panic!("one fault") };
        assert_eq!((fault.at, fault.kind), (20.0, FaultKind::Removed { endpoint: 0 }));
        let mixed = Cell { pool: Pool::Mixed, ..Cell::plain("x", "8b", 3, 1.0) };
        assert_eq!(mixed.settings(1, 1.0, 1.0).map(|settings| settings.slowdown), Some(vec![1.0, 1.6, 1.0]));
        assert!(Cell::plain("x", "9b", 3, 1.0).settings(1, 1.0, 1.0).is_none());
    }
}
