//! The functions of one router. JavaScript runs on one thread and none of these calls it back, so no two of them ever run at once.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use inferroute::{Body, BodyFormat, BodyLimits, Decision, Event, NoRoute, Request, Router, State};
use serde_json::json;

use crate::asked::Asked;
use crate::border::{Answer, Call, Native};
use crate::convert::{self, EndpointTable, ExplanationView, PlanTable};
use crate::errors::{Failure, answer};
use crate::models::Models;
use crate::tickets::Tickets;
use crate::words::{self, Given};

/// A router with what its calls reuse.
pub(crate) struct Handle {
    router: Router,
    names: Cell<usize>,
    asked: RefCell<Asked>,
    tickets: RefCell<Tickets>,
    models: RefCell<Models>,
    /// What the last answer has beside its numbers: the changed path of a decision, the location of a redirect or a direct
    /// response in JSON.
    text: RefCell<String>,
}

/// What a call that decides answers with; all else stands in the shared numbers.
const NO_ROUTE: u32 = 0;
const REDIRECT: u32 = 1;
const ROUTE: u32 = 2;
const DIRECT_RESPONSE: u32 = 3;

/// The functions JavaScript gets, by name.
#[derive(Clone, Copy)]
pub(crate) enum Function {
    Decide,
    Route,
    Explain,
    BodyModel,
    Models,
    Text,
    Finish,
    Observe,
    Update,
    Plan,
    Endpoints,
    Published,
    Version,
}

impl Function {
    pub(crate) const ALL: [Self; 13] = [
        Self::Decide,
        Self::Route,
        Self::Explain,
        Self::BodyModel,
        Self::Models,
        Self::Text,
        Self::Finish,
        Self::Observe,
        Self::Update,
        Self::Plan,
        Self::Endpoints,
        Self::Published,
        Self::Version,
    ];

    /// The function on a router, with its name.
    pub(crate) fn bind(self, handle: Rc<Handle>) -> (&'static str, Native) {
        match self {
            Self::Decide => ("decide", Box::new(move |call| handle.decide(call))),
            Self::Route => ("route", Box::new(move |call| handle.route(call))),
            Self::Explain => ("explain", Box::new(move |call| handle.explain(call))),
            Self::BodyModel => ("bodyModel", Box::new(|call| answer(body_model(call)))),
            Self::Models => ("models", Box::new(move |_| answer(Ok(handle.models.borrow().names())))),
            Self::Text => ("text", Box::new(move |_| Answer::Text(handle.text.borrow().clone()))),
            Self::Finish => ("finish", Box::new(move |call| handle.finish(call))),
            Self::Observe => ("observe", Box::new(move |call| answer(handle.observe(call)))),
            Self::Update => ("update", Box::new(move |call| answer(handle.update(call)))),
            Self::Plan => ("plan", Box::new(move |_| handle.plan())),
            Self::Endpoints => ("endpoints", Box::new(move |_| handle.endpoints())),
            Self::Published => ("published", Box::new(move |call| handle.published(call))),
            Self::Version => ("version", Box::new(move |_| answer(Ok(handle.router.snapshot().version())))),
        }
    }
}

/// The model that a request's body asks for. Arguments: the body, the path, the content type where there is one.
fn body_model(call: &Call) -> Result<Option<String>, Failure> {
    let (path, content_type) = (call.text(1).unwrap_or_default(), call.text(2));
    let mut copied = Vec::new();
    let bytes = call.bytes(0, &mut copied).unwrap_or_default();
    let body = Body::read(bytes, BodyFormat::of(&path, content_type.as_deref()), &BodyLimits::default())?;
    Ok(body.model().map(str::to_owned))
}

impl Handle {
    pub(crate) fn new(router: Router) -> Self {
        let names = router.snapshot().plan().header_names().len();
        Self {
            router,
            names: Cell::new(names),
            asked: RefCell::default(),
            tickets: RefCell::default(),
            models: RefCell::default(),
            text: RefCell::default(),
        }
    }

    fn decide(&self, call: &Call) -> Answer {
        let given = Given::of(call);
        let mut asked = self.asked.borrow_mut();
        asked.read(call, &given, self.names.get());
        let request = asked.request();
        let outcome = match given.seed() {
            None => self.router.decide(&request, given.now),
            Some(seed) => self.router.decide_seeded(&request, given.now, seed),
        };
        match outcome {
            Ok(decision) => self.decided(&given, &request, &decision, None),
            Err(no_route) => self.refused(&given, &request, &no_route),
        }
    }

    fn route(&self, call: &Call) -> Answer {
        let given = Given::of(call);
        let mut asked = self.asked.borrow_mut();
        asked.read(call, &given, self.names.get());
        let request = asked.request();
        match self.router.route(&request, given.now) {
            Ok(ticket) => {
                let mut tickets = self.tickets.borrow_mut();
                let number = tickets.keep(ticket);
                tickets.get(number).map_or(Answer::Nothing, |ticket| {
                    self.decided(&given, &request, ticket.decision(), Some(number))
                })
            }
            Err(no_route) => self.refused(&given, &request, &no_route),
        }
    }

    fn decided<S: Deref<Target = State>>(
        &self,
        given: &Given<'_>,
        request: &Request<'_>,
        decision: &Decision<S>,
        ticket: Option<usize>,
    ) -> Answer {
        // The plan may be another one when JavaScript asks for the path.
        let path_changes = match decision.path(request) {
            Cow::Borrowed(_) => false,
            Cow::Owned(path) => {
                *self.text.borrow_mut() = path;
                true
            }
        };
        words::set_decision(given, decision, ticket, &mut self.models.borrow_mut(), path_changes);
        Answer::Number(ROUTE)
    }

    fn refused(&self, given: &Given<'_>, request: &Request<'_>, no_route: &NoRoute) -> Answer {
        words::set_no_route(given, no_route);
        let (text, kind) = match (no_route.redirect(request), no_route.direct_response()) {
            (Some(location), _) => (json!(location).to_string(), REDIRECT),
            (None, Some(response)) => (json!(response).to_string(), DIRECT_RESPONSE),
            (None, None) => return Answer::Number(NO_ROUTE),
        };
        *self.text.borrow_mut() = text;
        Answer::Number(kind)
    }

    fn explain(&self, call: &Call) -> Answer {
        let given = Given::of(call);
        let mut asked = self.asked.borrow_mut();
        asked.read(call, &given, self.names.get());
        let request = asked.request();
        let explanation = match given.seed() {
            None => self.router.explain(&request, given.now),
            Some(seed) => self.router.explain_seeded(&request, given.now, seed),
        };
        let (text, seed) = (explanation.to_string(), explanation.seed().to_string());
        answer(Ok(ExplanationView { text, seed, explanation }))
    }

    /// Argument: the number of the ticket.
    fn finish(&self, call: &Call) -> Answer {
        let number = call.number(0).and_then(|number| usize::try_from(number).ok());
        number.into_iter().for_each(|number| self.tickets.borrow_mut().finish(number));
        Answer::Nothing
    }

    /// Arguments: the shared numbers, the event in JSON.
    fn observe(&self, call: &Call) -> Result<(), Failure> {
        let text = call.text(1).unwrap_or_default();
        let event: Event = serde_json::from_str(&text).map_err(|error| Failure::event(&error))?;
        Ok(self.router.observe(&event, Given::of(call).now)?)
    }

    /// Arguments: manifests, options.
    fn update(&self, call: &Call) -> Result<(), Failure> {
        let text = |at| call.text(at).unwrap_or_default();
        let plan = convert::compile(&text(0), &text(1))?;
        self.names.set(plan.header_names().len());
        self.models.take();
        self.router.update(plan);
        Ok(())
    }

    fn plan(&self) -> Answer {
        answer(Ok(PlanTable::of(self.router.snapshot().plan())))
    }

    /// Argument: the host, where there is one.
    fn published(&self, call: &Call) -> Answer {
        let host = call.text(0);
        let state = self.router.snapshot();
        answer(Ok(state.plan().published_models(host.as_deref()).collect::<Vec<_>>()))
    }

    fn endpoints(&self) -> Answer {
        let state = self.router.snapshot();
        answer(Ok(EndpointTable { version: state.version(), endpoints: state.endpoints().collect() }))
    }
}
