//! The functions that JavaScript gets of a router, by name.

use std::rc::Rc;

use inferroute::{Body, BodyFormat, BodyLimits};
use serde::Serialize;

use crate::border::{Answer, Call, Native};
use crate::errors::{Failure, answer};
use crate::router::Handle;
use crate::shadows;
use crate::tickets::End;
use crate::words::Given;

/// The functions JavaScript gets, by name.
#[derive(Clone, Copy)]
pub(crate) enum Function {
    Number,
    Many,
    BodyFacts,
    Models,
    Text,
    Finish,
    Fail,
    Drop,
    FirstToken,
    Renew,
    FallBack,
    CachedTokens,
    Told,
    Observe,
    Update,
    Plan,
    Endpoints,
    KvCounters,
    Entries,
    Shadow,
    Published,
    Version,
}

impl Function {
    pub(crate) const ALL: [Self; 22] = [
        Self::Number,
        Self::Many,
        Self::BodyFacts,
        Self::Models,
        Self::Text,
        Self::Finish,
        Self::Fail,
        Self::Drop,
        Self::FirstToken,
        Self::Renew,
        Self::FallBack,
        Self::CachedTokens,
        Self::Told,
        Self::Observe,
        Self::Update,
        Self::Plan,
        Self::Endpoints,
        Self::KvCounters,
        Self::Entries,
        Self::Shadow,
        Self::Published,
        Self::Version,
    ];

    /// The function on a router of that number among [`Routers`](crate::routers::Routers), with its name.
    pub(crate) fn bind(self, handle: Rc<Handle>, number: u32) -> (&'static str, Native) {
        match self {
            Self::Number => ("number", Box::new(move |_| Answer::Number(number))),
            Self::Many => ("many", Box::new(move |call| handle.many(call))),
            Self::BodyFacts => ("bodyFacts", Box::new(|call| answer(body_facts(call)))),
            Self::Models => ("models", Box::new(move |_| handle.models())),
            Self::Text => ("text", Box::new(move |_| handle.text())),
            Self::Finish => ("finish", Box::new(move |call| handle.end(call, End::Finished))),
            Self::Fail => ("fail", Box::new(move |call| handle.end(call, End::Failed(Given::of(call).now)))),
            Self::Drop => ("drop", Box::new(move |call| handle.end(call, End::Dropped))),
            Self::FirstToken => ("firstToken", Box::new(move |call| handle.first_token(call))),
            Self::Renew => ("renew", Box::new(move |call| handle.renew(call))),
            Self::FallBack => ("fallBack", Box::new(move |call| handle.fall_back(call))),
            Self::CachedTokens => ("cachedTokens", Box::new(move |call| handle.cached_tokens(call))),
            Self::Told => ("told", Box::new(move |call| answer(Ok(handle.told(call))))),
            Self::Observe => ("observe", Box::new(move |call| answer(handle.observe(call)))),
            Self::Update => ("update", Box::new(move |call| answer(handle.update(call)))),
            Self::Plan => ("plan", Box::new(move |_| handle.plan())),
            Self::Endpoints => ("endpoints", Box::new(move |_| handle.endpoints())),
            Self::KvCounters => ("kvCounters", Box::new(move |_| handle.kv_counters())),
            Self::Entries => ("entries", Box::new(move |_| answer(Ok(handle.entries())))),
            Self::Shadow => ("shadow", Box::new(move |call| shadows::open(&handle, call))),
            Self::Published => ("published", Box::new(move |call| handle.published(call))),
            Self::Version => ("version", Box::new(move |_| handle.version())),
        }
    }
}

/// The model that a request's body asks for. Arguments: the body, the path, the content type where there is one.
fn body_facts(call: &Call) -> Result<BodyFacts, Failure> {
    let (path, content_type) = (call.text(1).unwrap_or_default(), call.text(2));
    let mut copied = Vec::new();
    let bytes = call.bytes(0, &mut copied).unwrap_or_default();
    let body = Body::read(bytes, BodyFormat::of(&path, content_type.as_deref()), &BodyLimits::default())?;
    Ok(BodyFacts { model: body.model().map(str::to_owned), has_media: body.has_media() })
}

/// What routing needs of a body.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyFacts {
    model: Option<String>,
    has_media: bool,
}
