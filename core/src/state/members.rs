//! The endpoints of a pool, laid out for walks over them.

use std::net::SocketAddr;
use std::sync::Arc;

use super::builder::Builder;
use super::columns::Columns;
use super::endpoint::{Endpoint, Key, Source};
use super::maglev::Maglev;
use super::prefix::Seating;
use crate::ids::{EndpointIx, Ix, ObjectName};
use crate::manifest::has_labels;
use crate::plan::{Filter, Pool};
use crate::rng::endpoint_key;
use crate::signals::{EndpointCell, Panel, ReportedEndpoint, WIDTH, address_with_port, socket_address};

/// For each filter of a profile one bit a member.
type ByFilter = Box<[Box<[u64]>]>;

/// The endpoints of a pool.
#[derive(Debug)]
pub(crate) struct Members {
    /// By id, then address.
    pub(crate) endpoints: Box<[EndpointIx]>,
    /// Their signals, beside each other so that a walk over them touches nothing else.
    pub(crate) cells: Box<[Arc<EndpointCell>]>,
    /// What they told of their load, a panel for each [`WIDTH`] of them.
    pub(crate) panels: Box<[Arc<Panel>]>,
    /// Their keys, from which a decision's seed makes a number of each one's own.
    pub(crate) keys: Box<[u64]>,
    /// Whose a request's key is, where a picker asks.
    pub(crate) slots: Option<Arc<Maglev>>,
    /// Where they stand in the prefix indexes.
    pub(crate) seating: Seating,
    /// Addresses that are IP addresses, in their order, with the member's position; port 0 where the address has none.
    pub(crate) sockets: Box<[(SocketAddr, usize)]>,
    /// One bit a member, whether it is ready; the bits after the last member are 0.
    pub(crate) ready: Box<[u64]>,
    pub(crate) ready_count: usize,
    /// By profile and filter: one bit a member, whether it stays. Empty for filters that look at more than labels.
    pub(crate) kept: Box<[ByFilter]>,
    /// The labels that profiles compare for each request.
    pub(crate) columns: Columns,
}

impl Builder<'_> {
    pub(super) fn members(&mut self, pool: &Pool) -> Members {
        let plan = Arc::clone(&self.plan);
        let reported = Arc::clone(&self.reported);
        let mut members: Vec<EndpointIx> =
            pool.backends.iter().map(|ix| self.backend(*ix, pool.ports.first().copied())).collect();
        let selected = reported.iter().filter(|(name, endpoint)| {
            name.namespace() == pool.name.namespace() && has_labels(&endpoint.labels, &pool.selector)
        });
        for (name, endpoint) in selected {
            for (id, address) in ranks(name, endpoint, &pool.ports) {
                let key = Key { id: id.into(), address: address.map(Into::into), is_backend: false };
                members.push(self.number(key, endpoint.ready, || Source::Reported(Arc::clone(endpoint))));
            }
        }
        let key = |ix: &EndpointIx| self.endpoints.get(ix.position()).map(|endpoint| &endpoint.key);
        members.sort_by(|a, b| key(a).cmp(&key(b)));
        let endpoints = || members.iter().filter_map(|ix| self.endpoints.get(ix.position()));
        let ready = bits(endpoints().map(|endpoint| endpoint.ready));
        let seating = Seating::of(members.iter().map(|ix| self.seats.get(ix.position())?.as_ref()));
        let socket =
            |(position, endpoint): (usize, &Endpoint)| Some((socket_address(endpoint.address()?)?, position));
        let mut sockets: Vec<_> = endpoints().enumerate().filter_map(socket).collect();
        sockets.sort_unstable();
        let sockets = sockets.into();
        let kept_by = |filter: &Filter| {
            let keeps = |endpoint: &Endpoint| filter.by_labels(endpoint.labels(&plan));
            endpoints()
                .map(keeps)
                .collect::<Option<Vec<bool>>>()
                .map(|kept| bits(kept.into_iter()))
                .unwrap_or_default()
        };
        let kept =
            plan.scheduling.profiles.iter().map(|profile| profile.filters.iter().map(kept_by).collect());
        let kept = kept.collect();
        let ready_count =
            ready.iter().map(|word| word.count_ones()).sum::<u32>().try_into().unwrap_or(usize::MAX);
        let cells: Box<[Arc<EndpointCell>]> =
            members.iter().filter_map(|ix| self.cells.get(ix.position())).map(Arc::clone).collect();
        let panels = self.panels(pool, &cells);
        let keys = members.iter().filter_map(key).map(|key| endpoint_key(&key.id, key.address.as_deref()));
        let keys: Box<[u64]> = keys.collect();
        let slots = self.slots(pool, &keys);
        let columns = Columns::new(&plan, endpoints());
        Members {
            endpoints: members.into(),
            cells,
            panels,
            keys,
            slots,
            seating,
            sockets,
            ready,
            ready_count,
            kept,
            columns,
        }
    }
}

impl Builder<'_> {
    /// Panels for a pool's members: those there were, where they show the same.
    fn panels(&self, pool: &Pool, cells: &[Arc<EndpointCell>]) -> Box<[Arc<Panel>]> {
        let mut kept = self.members_before(pool).into_iter().flat_map(|members| &members.panels);
        let panel = |shown: &[Arc<EndpointCell>]| {
            let kept = kept.next().filter(|panel| panel.shows(shown));
            kept.map_or_else(|| Panel::new(shown), Arc::clone)
        };
        cells.chunks(WIDTH).map(panel).collect()
    }

    /// The table of members with these keys: the one there was, where they are the same.
    fn slots(&self, pool: &Pool, keys: &[u64]) -> Option<Arc<Maglev>> {
        if !self.plan.scheduling.hashes_keys() {
            return None;
        }
        let kept = self.members_before(pool).filter(|members| *members.keys == *keys);
        let kept = kept.and_then(|members| members.slots.as_ref());
        Some(kept.map_or_else(|| Arc::new(Maglev::new(keys)), Arc::clone))
    }
}

/// One bit for each of `flags`, in words of 64.
fn bits(flags: impl Iterator<Item = bool>) -> Box<[u64]> {
    let mut words = Vec::new();
    for (position, flag) in flags.enumerate() {
        if position % 64 == 0 {
            words.push(0);
        }
        if let Some(word) = words.last_mut() {
            *word |= u64::from(flag) << (position % 64);
        }
    }
    words.into()
}

/// The endpoints that a reported one stands for in a pool with these ports: itself where its address has a port, else one a port
/// (data-parallel ranks; Inference Extension v1.1, targetPorts).
fn ranks(name: &ObjectName, endpoint: &ReportedEndpoint, ports: &[u16]) -> Vec<(String, Option<String>)> {
    let Some(address) = &endpoint.address else { return vec![(name.to_string(), None)] };
    let with_ports: Vec<_> =
        ports.iter().filter_map(|port| Some((port, address_with_port(address, *port)?))).collect();
    match with_ports.as_slice() {
        [] => vec![(name.to_string(), Some(address.clone()))],
        [(_, address)] => vec![(name.to_string(), Some(address.clone()))],
        several => {
            several.iter().map(|(port, address)| (format!("{name}:{port}"), Some(address.clone()))).collect()
        }
    }
}
