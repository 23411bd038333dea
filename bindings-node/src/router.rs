//! One router for JavaScript. It runs on one thread; the only function that a call runs in turn is a scorer's, and that may not ask the router.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Deref;

use inferroute::{Decision, Entry, Event, NoRoute, ReplicaRequest, Request, Router, State, Ticket};
use serde_json::json;

use crate::asked::Asked;
use crate::batch::Batch;
use crate::border::{Answer, Call, Callback};
use crate::convert::{EndpointTable, ExplanationView, PlanTable};
use crate::errors::{Failure, answer};
use crate::explained::Explained;
use crate::models::Models;
use crate::options;
use crate::shadows::Shadows;
use crate::tape::Tape;
use crate::tickets::{End, Tickets};
use crate::words::{self, Given, Kind, Part, Row};

/// A router with what its calls reuse.
pub(crate) struct Handle {
    router: Router,
    names: Cell<usize>,
    asked: RefCell<Asked>,
    tickets: RefCell<Tickets>,
    models: RefCell<Models>,
    pub(crate) shadows: Shadows,
    tape: Option<Tape>,
    /// What the last answer has beside its numbers: the changed path of a decision, the location of a redirect or a direct
    /// response in JSON.
    text: RefCell<String>,
}

impl Handle {
    pub(crate) fn new(router: Router, tape: Option<Tape>) -> Self {
        let names = router.snapshot().plan().header_names().len();
        Self {
            router,
            names: Cell::new(names),
            asked: RefCell::default(),
            tickets: RefCell::default(),
            models: RefCell::default(),
            shadows: Shadows::default(),
            tape,
            text: RefCell::default(),
        }
    }

    /// Reads the request of a call and hands it to `then`.
    fn ask(&self, call: &Call, given: &Given<'_>, then: impl FnOnce(&Request<'_>) -> Answer) -> Answer {
        let Ok(mut asked) = self.asked.try_borrow_mut() else {
            return answer::<()>(Err(Failure::busy()));
        };
        asked.read(call, given, self.names.get());
        then(&asked.request(call, given))
    }

    pub(crate) fn decide(&self, call: &Call, given: &Given<'_>) -> Answer {
        self.ask(call, given, |request| {
            let outcome = match given.seed() {
                None => self.router.decide(request, given.now),
                Some(seed) => self.router.decide_seeded(request, given.now, seed),
            };
            self.shadows.compare(&self.router, request, given.now, outcome.as_ref());
            self.answer(match &outcome {
                Ok(decision) => self.decided(request, decision, None, given.row()),
                Err(no_route) => Self::refused(request, no_route, given.row()),
            })
        })
    }

    pub(crate) fn route(&self, call: &Call, given: &Given<'_>) -> Answer {
        self.ask(call, given, |request| {
            let outcome = self.counted(request, given);
            self.answer(self.routed(request, given, outcome, given.row()))
        })
    }

    /// Keeps the ticket of a request.
    fn routed(
        &self,
        request: &Request<'_>,
        given: &Given<'_>,
        outcome: Result<Ticket, NoRoute>,
        row: Row<'_>,
    ) -> Option<String> {
        match outcome {
            Ok(ticket) => {
                self.shadows.compare(&self.router, request, given.now, Ok(ticket.decision()));
                let mut tickets = self.tickets.borrow_mut();
                let text = self.decided(request, ticket.decision(), Some(tickets.next()), row);
                tickets.keep(ticket);
                text
            }
            Err(no_route) => {
                self.shadows.compare(&self.router, request, given.now, Err(&no_route));
                Self::refused(request, &no_route, row)
            }
        }
    }

    fn counted(&self, request: &Request<'_>, given: &Given<'_>) -> Result<Ticket, NoRoute> {
        if given.has(Part::OnlyCounted) {
            self.router.count(request, given.now)
        } else {
            self.router.route(request, given.now)
        }
    }

    /// The numbers of a decision, and its path where that changes.
    fn decided<S: Deref<Target = State>>(
        &self,
        request: &Request<'_>,
        decision: &Decision<S>,
        ticket: Option<usize>,
        row: Row<'_>,
    ) -> Option<String> {
        // The plan may be another one when JavaScript asks for the path.
        let text = match decision.path(request) {
            Cow::Borrowed(_) => None,
            Cow::Owned(path) => Some(path),
        };
        words::of_decision(decision, ticket, &mut self.models.borrow_mut(), text.is_some(), row);
        text
    }

    /// The numbers of a refusal, and the location of a redirect or a direct response in JSON.
    fn refused(request: &Request<'_>, no_route: &NoRoute, row: Row<'_>) -> Option<String> {
        let (kind, text) = match (no_route.redirect(request), no_route.direct_response()) {
            (Some(location), _) => (Kind::Redirect, Some(json!(location).to_string())),
            (None, Some(response)) => (Kind::DirectResponse, Some(json!(response).to_string())),
            (None, None) => (Kind::NoRoute, None),
        };
        words::of_no_route(no_route, kind, row);
        text
    }

    /// The answer of a call whose numbers are written: keeps the text beside them until JavaScript asks for it.
    fn answer(&self, text: Option<String>) -> Answer {
        if let Some(text) = text {
            *self.text.borrow_mut() = text;
        }
        Answer::Nothing
    }

    /// Arguments: those of `Batch`. Each request counts in flight for those after it; those that are only counted do so until all are decided. Answers with
    /// the texts that decisions and refusals have beside their numbers, in JSON and in order.
    pub(crate) fn many(&self, call: &Call) -> Answer {
        let Ok(mut asked) = self.asked.try_borrow_mut() else {
            return answer::<()>(Err(Failure::busy()));
        };
        let first = Given::of(call);
        let batch = Batch::of(call, &mut asked, self.names.get());
        let (mut texts, mut counted) = (Vec::new(), Vec::new());
        if first.has(Part::OnlyCounted) {
            counted.reserve_exact(batch.len());
        }
        for (said, row) in batch.requests() {
            let given = first.of_batch(said);
            asked.take(said, &given);
            let request = asked.request(call, &given);
            texts.extend(match self.counted(&request, &given) {
                Ok(ticket) if given.has(Part::OnlyCounted) => {
                    self.shadows.compare(&self.router, &request, given.now, Ok(ticket.decision()));
                    let text = self.decided(&request, ticket.decision(), None, row);
                    counted.push(ticket);
                    text
                }
                outcome => self.routed(&request, &given, outcome, row),
            });
        }
        // In the order in which they were counted, as a journal writes it down.
        counted.into_iter().for_each(drop);
        if texts.is_empty() { Answer::Nothing } else { Answer::Text(json!(texts).to_string()) }
    }

    pub(crate) fn explain(&self, call: &Call, given: &Given<'_>) -> Answer {
        self.ask(call, given, |request| {
            let explanation = match given.seed() {
                None => self.router.explain(request, given.now),
                Some(seed) => self.router.explain_seeded(request, given.now, seed),
            };
            let (text, seed) = (explanation.to_string(), explanation.seed().to_string());
            let (outcome, explained) = (explanation.outcome(), Explained::of(&explanation));
            answer(Ok(ExplanationView { text, seed, outcome, explained }))
        })
    }

    /// Arguments: the shared numbers, the number of the ticket.
    pub(crate) fn end(&self, call: &Call, end: End) -> Answer {
        let number = ticket_number(call);
        number.into_iter().for_each(|number| self.tickets.borrow_mut().end(number, end));
        Answer::Nothing
    }

    /// Arguments: the shared numbers, the number of the ticket.
    pub(crate) fn first_token(&self, call: &Call) -> Answer {
        _ = self.with_ticket(call, |ticket| ticket.first_token(Given::of(call).now));
        Answer::Nothing
    }

    /// Arguments: the shared numbers, the number of the ticket.
    pub(crate) fn renew(&self, call: &Call) -> Answer {
        _ = self.with_ticket(call, |ticket| ticket.renew(Given::of(call).now));
        Answer::Nothing
    }

    /// Arguments: the shared numbers, the number of the ticket. Answers with 1 where there is a next fallback, else with 0.
    pub(crate) fn fall_back(&self, call: &Call) -> Answer {
        let is_next = self.with_ticket(call, |ticket| ticket.fall_back(Given::of(call).now).is_some());
        Answer::Number(is_next.unwrap_or(false).into())
    }

    /// Arguments: the shared numbers, the number of the ticket, tokens.
    pub(crate) fn cached_tokens(&self, call: &Call) -> Answer {
        let delivered = call.number(2).unwrap_or_default();
        _ = self.with_ticket(call, |ticket| ticket.cached_tokens(delivered));
        Answer::Nothing
    }

    /// Arguments: the shared numbers, the number of the ticket, the host's number of the request in digits, 1 for one with the hashes of its prompt.
    pub(crate) fn told(&self, call: &Call) -> Option<ReplicaRequest> {
        let number = call.text(2)?.parse().ok()?;
        let told = self.with_ticket(call, |ticket| ticket.told(number))?;
        Some(if call.number(3) == Some(1) { told } else { told.without_prompt() })
    }

    fn with_ticket<T>(&self, call: &Call, then: impl FnOnce(&mut Ticket) -> T) -> Option<T> {
        self.tickets.borrow_mut().get(ticket_number(call)?).map(then)
    }

    /// Arguments: the shared numbers, the event in JSON.
    pub(crate) fn observe(&self, call: &Call) -> Result<(), Failure> {
        let text = call.text(1).unwrap_or_default();
        let event: Event = serde_json::from_str(&text).map_err(|error| Failure::event(&error))?;
        Ok(self.router.observe(&event, Given::of(call).now)?)
    }

    /// Arguments: manifests, options, the functions of scorers.
    pub(crate) fn update(&self, call: &Call) -> Result<(), Failure> {
        let text = |at| call.text(at).unwrap_or_default();
        let plan = options::compile(&text(0), &text(1), |index| Callback::of(call, 2, index))?;
        self.names.set(plan.header_names().len());
        self.models.take();
        self.router.update(plan);
        Ok(())
    }

    /// The entries of the journal since the last call of this.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.tape.as_ref().map(Tape::take).unwrap_or_default()
    }

    pub(crate) fn kv_counters(&self) -> Answer {
        let state = self.router.snapshot();
        let counters = state.kv_counters().map(|counters| {
            json!({
                "gaps": counters.gaps,
                "duplicates": counters.duplicates,
                "passedOver": counters.passed_over,
                "unplaced": counters.unplaced,
                "refused": counters.refused,
            })
        });
        answer(Ok(counters))
    }

    pub(crate) fn models(&self) -> Answer {
        answer(Ok(self.models.borrow().names()))
    }

    pub(crate) fn text(&self) -> Answer {
        Answer::Text(self.text.borrow().clone())
    }

    pub(crate) fn version(&self) -> Answer {
        answer(Ok(self.router.snapshot().version()))
    }

    pub(crate) fn plan(&self) -> Answer {
        answer(Ok(PlanTable::of(self.router.snapshot().plan())))
    }

    /// Argument: the host, where there is one.
    pub(crate) fn published(&self, call: &Call) -> Answer {
        let host = call.text(0);
        let state = self.router.snapshot();
        answer(Ok(state.plan().published_models(host.as_deref()).collect::<Vec<_>>()))
    }

    pub(crate) fn endpoints(&self) -> Answer {
        let state = self.router.snapshot();
        answer(Ok(EndpointTable::of(&state)))
    }
}

fn ticket_number(call: &Call) -> Option<usize> {
    call.number(1).and_then(|number| usize::try_from(number).ok())
}
