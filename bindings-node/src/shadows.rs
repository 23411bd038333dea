//! Other plans that decide beside a router.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

use inferroute::{Decision, Nanos, NoRoute, Request, Router, Shadow, State};

use crate::border::{Answer, Call, Callback, Native};
use crate::errors::{Failure, answer};
use crate::options;
use crate::router::Handle;

type Shared = Rc<RefCell<Shadow>>;

/// The shadows of one router.
#[derive(Default)]
pub(crate) struct Shadows(RefCell<Vec<Shared>>);

impl Shadows {
    /// Lets every shadow decide what was just decided.
    pub(crate) fn compare<S: Deref<Target = State>>(
        &self,
        router: &Router,
        request: &Request<'_>,
        now: Nanos,
        live: Result<&Decision<S>, &NoRoute<S>>,
    ) {
        let count = self.0.borrow().len();
        for position in 0..count {
            // A scorer may stop one meanwhile.
            let shadow = self.0.borrow().get(position).map(Rc::clone);
            if let Some(Ok(mut shadow)) = shadow.as_ref().map(|shadow| shadow.try_borrow_mut()) {
                _ = shadow.compare(router, request, now, live);
            }
        }
    }
}

/// Arguments: manifests, options, the functions of scorers. Answers with the functions of a shadow that has begun, or with a failure as text.
pub(crate) fn open(handle: &Rc<Handle>, call: &Call) -> Answer {
    let text = |at| call.text(at).unwrap_or_default();
    let plan = match options::compile(&text(0), &text(1), |index| Callback::of(call, 2, index)) {
        Ok(plan) => plan,
        Err(failure) => return answer::<()>(Err(failure)),
    };
    let shadow: Shared = Rc::new(RefCell::new(Shadow::new(plan)));
    handle.shadows.0.borrow_mut().push(Rc::clone(&shadow));
    let (stopped, handle) = (Rc::clone(&shadow), Rc::clone(handle));
    let functions: Vec<(&'static str, Native)> = vec![
        ("report", Box::new(move |_| report(&shadow))),
        ("stop", Box::new(move |_| stop(&handle, &stopped))),
    ];
    Answer::Functions(functions)
}

fn report(shadow: &Shared) -> Answer {
    match shadow.try_borrow() {
        Ok(shadow) => answer(Ok(shadow.report())),
        Err(_) => answer::<()>(Err(Failure::busy())),
    }
}

fn stop(handle: &Handle, stopped: &Shared) -> Answer {
    handle.shadows.0.borrow_mut().retain(|shadow| !Rc::ptr_eq(shadow, stopped));
    Answer::Nothing
}
