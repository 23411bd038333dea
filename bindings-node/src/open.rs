//! What the module offers before there is a router.

use std::rc::Rc;
use std::sync::Arc;

use inferroute::{CONTROL_HEADERS, HashDialect, Router, Strategy};
use serde_json::json;

use crate::border::{Answer, Call, Callback, Native};
use crate::convert;
use crate::errors::{Failure, answer};
use crate::functions::Function;
use crate::metrics;
use crate::options;
use crate::player;
use crate::rewrite;
use crate::router::Handle;
use crate::routers::{Routers, asking};
use crate::tape::Tape;
use crate::words::REASONS;

/// The functions of the module.
pub(crate) fn functions() -> Vec<(&'static str, Native)> {
    let routers = Rc::new(Routers::default());
    vec![
        ("decide", asking(&routers, Handle::decide)),
        ("route", asking(&routers, Handle::route)),
        ("explain", asking(&routers, Handle::explain)),
        ("about", Box::new(|_| about())),
        ("open", Box::new(move |call| open(call, &routers))),
        ("player", Box::new(player::open)),
        ("scrape", Box::new(metrics::scrape)),
        ("render", Box::new(render)),
        ("rewriteBody", Box::new(rewrite::rewrite)),
    ]
}

/// Names and words that JavaScript takes from the core instead of repeating them.
fn about() -> Answer {
    let reasons = REASONS.map(
        |reason| json!({ "status": reason.status(), "reason": reason.as_str(), "message": reason.message() }),
    );
    let strategies: Vec<_> = Strategy::ALL.iter().map(|strategy| strategy.as_str()).collect();
    let dialects: Vec<_> = HashDialect::ALL.iter().map(|dialect| dialect.as_str()).collect();
    answer(Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "strategies": strategies,
        "reasons": reasons,
        "dialects": dialects,
        "controlHeaders": CONTROL_HEADERS,
    })))
}

/// Arguments: diagnostics, manifests, the name of a format.
fn render(call: &Call) -> Answer {
    let text = |at| call.text(at).unwrap_or_default();
    answer(convert::render(&text(0), &text(1), &text(2)))
}

/// Arguments: manifests, options, the functions of scorers, seed in decimal, whether there is a journal. Answers with the functions of a router, or with a failure as text.
fn open(call: &Call, routers: &Routers) -> Answer {
    match handle(call) {
        Ok(handle) => {
            let number = routers.add(&handle);
            Answer::Functions(Function::ALL.iter().map(|f| f.bind(Rc::clone(&handle), number)).collect())
        }
        Err(failure) => answer::<()>(Err(failure)),
    }
}

fn handle(call: &Call) -> Result<Rc<Handle>, Failure> {
    let text = |at| call.text(at).ok_or_else(|| Failure::internal(format!("argument {at} is not text")));
    let plan = options::compile(&text(0)?, &text(1)?, |index| Callback::of(call, 2, index))?;
    let seed = text(3)?.parse().map_err(|_| Failure::internal("the seed is not a number".to_owned()))?;
    let tape = (call.number(4) == Some(1)).then(Tape::default);
    let router = Router::new(plan, seed);
    let router = match &tape {
        Some(tape) => router.journal(Arc::new(tape.clone())),
        None => router,
    };
    Ok(Rc::new(Handle::new(router, tape)))
}
