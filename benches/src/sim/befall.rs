//! Endpoints that appear, go away, hang and slow down in the middle of a run.

use super::run::{Endpoint, Event, Run};
use super::server::{Left, Server};
use super::settings::{FaultKind, RunError};

impl Run<'_> {
    /// Does to endpoints what befalls them.
    pub(super) fn befall(&mut self, kind: FaultKind, now: f64) -> Result<(), RunError> {
        match kind {
            FaultKind::Added { slowdown } => self.appear(slowdown, now),
            FaultKind::Removed { endpoint } => self.remove(endpoint, now)?,
            FaultKind::Slowed { endpoint, factor } => {
                if let Some(Some(there)) = self.endpoints.get_mut(endpoint) {
                    there.slowdown = factor;
                }
            }
            FaultKind::Hung { endpoint, seconds } => self.hang(endpoint, seconds, now),
        }
        Ok(())
    }

    /// A new endpoint is there.
    pub(super) fn appear(&mut self, slowdown: f64, now: f64) {
        let endpoint = self.endpoints.len();
        let (hardware, workload) = (&self.settings.hardware, self.workload);
        let server = Server::new(hardware, &workload.requests, workload.block_tokens);
        self.endpoints.push(Some(Endpoint { server, slowdown, ends: None, turn: 0, hung_until: 0.0 }));
        self.scrapes.add(endpoint, self.gateways.len(), now);
        for gateway in &mut self.gateways {
            gateway.appeared(endpoint, now);
        }
    }

    fn remove(&mut self, endpoint: usize, now: f64) -> Result<(), RunError> {
        let Some(there) = self.endpoints.get_mut(endpoint).and_then(Option::take) else { return Ok(()) };
        self.scrapes.remove(endpoint, now);
        let left: Vec<Left> = there.server.left().collect();
        for left in &left {
            let replica = self.replica(left.number);
            self.gateways[replica].failed(left.number, now);
            self.requests[left.number].preemptions += left.preemptions;
            self.outcome.preemptions += u64::from(left.preemptions);
        }
        for gateway in &mut self.gateways {
            gateway.gone(endpoint, now);
        }
        for left in left {
            if self.settings.retry {
                self.dispatch(left.number, now)?;
            } else {
                self.outcome.failed.push(left.number);
                self.close(left.number, now);
            }
        }
        Ok(())
    }

    fn hang(&mut self, endpoint: usize, seconds: f64, now: f64) {
        let Some(Some(there)) = self.endpoints.get_mut(endpoint) else { return };
        let until = there.hung_until.max(now + seconds);
        let longer = until - there.hung_until.max(now);
        there.hung_until = until;
        if let Some(end) = &mut there.ends {
            *end += longer;
            there.turn += 1;
            self.queue.plan(*end, Event::StepEnds { endpoint, turn: there.turn });
        }
    }
}
