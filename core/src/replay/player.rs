//! Repeats what a journal says, and tells where it comes out differently.

use std::collections::HashMap;
use std::sync::Arc;

use super::journal::Entry;
use super::record::{AnswerRecord, DecisionRecord, RequestRecord};
use crate::plan::Plan;
use crate::router::Router;
use crate::signals::EventError;
use crate::ticket::Ticket;

/// A router that repeats another's journal, entry by entry.
#[derive(Debug)]
pub struct Player {
    router: Router,
    tickets: HashMap<u64, Ticket>,
}

/// How a repeated decision differs from the one that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Divergence {
    /// The request is not the one that was decided on.
    #[error("the request has digest {found:016x}, the recorded one {recorded:016x}")]
    Request {
        /// The recorded digest.
        recorded: u64,
        /// That of the request at hand.
        found: u64,
    },
    /// Another state was decided on: an entry before is missing, or there is one too many.
    #[error("the decision was made on state {recorded}, this is state {found}")]
    State {
        /// The recorded version.
        recorded: u64,
        /// The version at hand.
        found: u64,
    },
    /// The decision came out differently.
    #[error("the decision came out as {found:?}, recorded was {recorded:?}")]
    Answer {
        /// As recorded.
        recorded: Box<AnswerRecord>,
        /// As repeated.
        found: Box<AnswerRecord>,
    },
    /// An event that was taken then is refused now.
    #[error("an event is refused: {0}")]
    Event(#[from] EventError),
    /// A ticket was never given out.
    #[error("ticket {0} is not known")]
    Ticket(u64),
}

impl Player {
    /// A player on the plan that the recorded router started with.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        // Every decision brings its own seed.
        Self { router: Router::new(plan, 0), tickets: HashMap::new() }
    }

    /// Publishes the plan that the recorded router got, at its [`Entry::Updated`].
    pub fn update(&self, plan: impl Into<Arc<Plan>>) {
        self.router.update(plan);
    }

    /// The router as it is after the entries so far.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Repeats one entry.
    ///
    /// # Errors
    /// [`Divergence`] where it comes out differently. The player then goes on from what it found.
    pub fn play(&mut self, entry: &Entry) -> Result<(), Divergence> {
        match entry {
            Entry::Observed { now, event } => Ok(self.router.observe(event, *now)?),
            Entry::Updated { state_version } => self.check_version(*state_version),
            Entry::Decided { decision, request, ticket, only_counted } => {
                let ticket = ticket.map(|number| (number, *only_counted));
                self.repeat(decision, request, ticket)
            }
            Entry::FirstToken { now, ticket } => {
                self.ticket(*ticket)?.first_token(*now);
                Ok(())
            }
            Entry::Renewed { now, ticket } => {
                self.ticket(*ticket)?.renew(*now);
                Ok(())
            }
            Entry::FellBack { now, ticket } => {
                self.ticket(*ticket)?.fall_back(*now);
                Ok(())
            }
            Entry::CachedTokens { ticket, delivered } => {
                self.ticket(*ticket)?.cached_tokens(*delivered);
                Ok(())
            }
            Entry::Failed { now, ticket } => {
                self.ticket(*ticket)?.tell_failure(*now);
                Ok(())
            }
            Entry::Answered { ticket } => {
                self.ticket(*ticket)?.answered();
                Ok(())
            }
            Entry::Finished { ticket } => match self.tickets.remove(ticket) {
                Some(_) => Ok(()),
                None => Err(Divergence::Ticket(*ticket)),
            },
        }
    }

    fn repeat(
        &mut self,
        decision: &DecisionRecord,
        request: &RequestRecord,
        ticket: Option<(u64, bool)>,
    ) -> Result<(), Divergence> {
        if request.digest() != decision.request {
            return Err(Divergence::Request { recorded: decision.request, found: request.digest() });
        }
        self.check_version(decision.state_version)?;
        let view = request.request();
        let (now, seed) = (decision.now, decision.seed);
        let found = match ticket {
            None => AnswerRecord::of(self.router.decide_seeded(&view, now, seed).as_ref()),
            Some((number, only_counted)) => {
                let routed = if only_counted {
                    self.router.count_seeded(&view, now, seed)
                } else {
                    self.router.route_seeded(&view, now, seed)
                };
                let found = match &routed {
                    Ok(ticket) => AnswerRecord::of(Ok::<_, &crate::no_route::NoRoute<_>>(ticket.decision())),
                    Err(no_route) => AnswerRecord::of(Err::<&crate::decision::Decision, _>(no_route)),
                };
                self.tickets.extend(routed.ok().map(|ticket| (number, ticket)));
                found
            }
        };
        if found != decision.answer {
            return Err(Divergence::Answer {
                recorded: Box::new(decision.answer.clone()),
                found: Box::new(found),
            });
        }
        Ok(())
    }

    fn check_version(&self, recorded: u64) -> Result<(), Divergence> {
        let found = self.router.snapshot().version();
        if found == recorded { Ok(()) } else { Err(Divergence::State { recorded, found }) }
    }

    fn ticket(&mut self, number: u64) -> Result<&mut Ticket, Divergence> {
        self.tickets.get_mut(&number).ok_or(Divergence::Ticket(number))
    }
}
