//! One address that serves.

use std::sync::Arc;

use crate::ids::BackendIx;
use crate::manifest::Labels;
use crate::plan::Plan;
use crate::signals::ReportedEndpoint;

/// One address that serves.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(super) key: Key,
    pub(crate) ready: bool,
    pub(super) source: Source,
}

/// Where an endpoint comes from.
#[derive(Debug)]
pub(super) enum Source {
    Backend(BackendIx),
    Reported(Arc<ReportedEndpoint>),
}

/// What makes two endpoints of two states the same one, whose signals go on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) id: Box<str>,
    pub(super) address: Option<Box<str>>,
    pub(super) is_backend: bool,
}

impl Endpoint {
    pub(crate) fn id(&self) -> &str {
        &self.key.id
    }

    pub(crate) fn address(&self) -> Option<&str> {
        self.key.address.as_deref()
    }

    pub(crate) fn labels<'a>(&'a self, plan: &'a Plan) -> &'a Labels {
        match &self.source {
            Source::Backend(ix) => &plan.backends[*ix].labels,
            Source::Reported(endpoint) => &endpoint.labels,
        }
    }
}
