//! The functions of one router. JavaScript runs on one thread and none of these calls it back, so no two of them ever run at once.

use std::cell::{Cell, RefCell};
use std::ops::{Deref, Range};
use std::rc::Rc;

use inferroute::{Decision, Event, Found, HeaderName, Headers, Request, Router, State};

use crate::border::{Answer, Call, Native};
use crate::convert::{self, EndpointTable, ExplanationView, PlanTable};
use crate::errors::{Failure, answer};
use crate::tickets::Tickets;
use crate::words::{self, ModelKind, When};

/// A router with what its calls reuse.
pub(crate) struct Handle {
    router: Router,
    names: Cell<usize>,
    asked: RefCell<Asked>,
    tickets: RefCell<Tickets>,
    /// The model that the last decision drew.
    model: RefCell<String>,
}

/// The functions JavaScript gets, by name.
#[derive(Clone, Copy)]
pub(crate) enum Function {
    Decide,
    Route,
    Explain,
    Model,
    Finish,
    Observe,
    Update,
    Plan,
    Endpoints,
    Version,
}

impl Function {
    pub(crate) const ALL: [Self; 10] = [
        Self::Decide,
        Self::Route,
        Self::Explain,
        Self::Model,
        Self::Finish,
        Self::Observe,
        Self::Update,
        Self::Plan,
        Self::Endpoints,
        Self::Version,
    ];

    /// The function on a router, with its name.
    pub(crate) fn bind(self, handle: Rc<Handle>) -> (&'static str, Native) {
        match self {
            Self::Decide => ("decide", Box::new(move |call| handle.decide(call))),
            Self::Route => ("route", Box::new(move |call| handle.route(call))),
            Self::Explain => ("explain", Box::new(move |call| handle.explain(call))),
            Self::Model => ("model", Box::new(move |_| Answer::Text(handle.model.borrow().clone()))),
            Self::Finish => ("finish", Box::new(move |call| handle.finish(call))),
            Self::Observe => ("observe", Box::new(move |call| answer(handle.observe(call)))),
            Self::Update => ("update", Box::new(move |call| answer(handle.update(call)))),
            Self::Plan => ("plan", Box::new(move |_| handle.plan())),
            Self::Endpoints => ("endpoints", Box::new(move |_| handle.endpoints())),
            Self::Version => ("version", Box::new(move |_| answer(Ok(handle.router.snapshot().version())))),
        }
    }
}

/// The texts of a request, where they stand in one buffer that calls share.
#[derive(Default)]
struct Asked {
    bytes: Vec<u8>,
    model: Option<Range<usize>>,
    host: Option<Range<usize>>,
    values: Vec<Option<Range<usize>>>,
}

/// Arguments of calls that ask: the shared numbers, the model, the host, then the values of the plan's header names, one by one if they are few,
/// else as one array.
const MODEL: usize = 1;
const HOST: usize = 2;
const VALUES: usize = 3;
const FEW: usize = 8;

/// A buffer that one giant header made larger than this is given back.
const KEPT_BYTES: usize = 64 * 1024;

impl Asked {
    fn read(&mut self, call: &Call, names: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.values.clear();
        let bytes = &mut self.bytes;
        self.model = call.append(MODEL, bytes);
        self.host = call.append(HOST, bytes);
        if names <= FEW {
            self.values.extend((0..names).map(|at| call.append(VALUES + at, bytes)));
        } else {
            let entries = 0..u32::try_from(names).unwrap_or(u32::MAX);
            self.values.extend(entries.map(|at| call.append_entry(VALUES, at, bytes)));
        }
    }

    fn request(&self) -> Request<'_> {
        let text = |range: &Option<Range<usize>>| {
            let bytes = self.bytes.get(range.clone()?)?;
            std::str::from_utf8(bytes).ok()
        };
        let request = Request::new(self);
        let request = text(&self.model).map_or(request, |model| request.model(model));
        text(&self.host).map_or(request, |host| request.host(host))
    }
}

impl Headers for Asked {
    fn find(&self, name: &HeaderName) -> Found<'_> {
        let value = self.values.get(name.index()).and_then(|range| self.bytes.get(range.clone()?));
        value.map_or(Found::Absent, Found::One)
    }

    /// Never asked for: JavaScript joins the values of a repeated header.
    fn nth(&self, _name: &HeaderName, _nth: usize) -> Option<&[u8]> {
        None
    }
}

impl Handle {
    pub(crate) fn new(router: Router) -> Self {
        let names = router.snapshot().plan().header_names().len();
        Self {
            router,
            names: Cell::new(names),
            asked: RefCell::default(),
            tickets: RefCell::default(),
            model: RefCell::default(),
        }
    }

    fn decide(&self, call: &Call) -> Answer {
        let mut asked = self.asked.borrow_mut();
        asked.read(call, self.names.get());
        let (request, When { now, seed }) = (asked.request(), words::when(call));
        let outcome = match seed {
            None => self.router.decide(&request, now),
            Some(seed) => self.router.decide_seeded(&request, now, seed),
        };
        match outcome {
            Ok(decision) => self.decided(call, &decision, None),
            Err(no_route) => {
                words::set_no_route(call, &no_route);
                Answer::Number(0)
            }
        }
    }

    fn route(&self, call: &Call) -> Answer {
        let mut asked = self.asked.borrow_mut();
        asked.read(call, self.names.get());
        match self.router.route(&asked.request(), words::when(call).now) {
            Ok(ticket) => {
                let mut tickets = self.tickets.borrow_mut();
                let number = tickets.keep(ticket);
                let kept = tickets.get(number);
                kept.map_or(Answer::Nothing, |ticket| self.decided(call, ticket.decision(), Some(number)))
            }
            Err(no_route) => {
                words::set_no_route(call, &no_route);
                Answer::Number(0)
            }
        }
    }

    fn decided<S: Deref<Target = State>>(
        &self,
        call: &Call,
        decision: &Decision<S>,
        ticket: Option<usize>,
    ) -> Answer {
        let kind = ModelKind::of(decision);
        if let (ModelKind::Drawn, Some(drawn)) = (&kind, decision.model_override()) {
            drawn.clone_into(&mut self.model.borrow_mut());
        }
        words::set_decision(call, decision, ticket);
        Answer::Number(kind.number())
    }

    fn explain(&self, call: &Call) -> Answer {
        let mut asked = self.asked.borrow_mut();
        asked.read(call, self.names.get());
        let (request, When { now, seed }) = (asked.request(), words::when(call));
        let explanation = match seed {
            None => self.router.explain(&request, now),
            Some(seed) => self.router.explain_seeded(&request, now, seed),
        };
        let (text, seed) = (explanation.to_string(), explanation.seed().to_string());
        answer(Ok(ExplanationView { text, seed, explanation }))
    }

    /// Argument: the number of the ticket, in the shared array.
    fn finish(&self, call: &Call) -> Answer {
        let number = call.numbers::<1>(0).and_then(|[number]| usize::try_from(number).ok());
        number.into_iter().for_each(|number| self.tickets.borrow_mut().finish(number));
        Answer::Nothing
    }

    /// Arguments: the shared numbers, the event in JSON.
    fn observe(&self, call: &Call) -> Result<(), Failure> {
        let text = call.text(1).unwrap_or_default();
        let event: Event = serde_json::from_str(&text).map_err(|error| Failure::event(&error))?;
        Ok(self.router.observe(&event, words::when(call).now)?)
    }

    /// Arguments: manifests, options.
    fn update(&self, call: &Call) -> Result<(), Failure> {
        let text = |at| call.text(at).unwrap_or_default();
        let plan = convert::compile(&text(0), &text(1))?;
        self.names.set(plan.header_names().len());
        self.router.update(plan);
        Ok(())
    }

    fn plan(&self) -> Answer {
        answer(Ok(PlanTable::of(self.router.snapshot().plan())))
    }

    fn endpoints(&self) -> Answer {
        let state = self.router.snapshot();
        answer(Ok(EndpointTable { version: state.version(), endpoints: state.endpoints().collect() }))
    }
}
