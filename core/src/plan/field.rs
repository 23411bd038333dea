//! The parts of a request that a plan reads, numbered when it is built.

use std::fmt;
use std::sync::Arc;

/// A header name that some rule looks at.
#[derive(Clone, Debug)]
pub struct HeaderName {
    text: Box<str>,
    index: usize,
}

impl HeaderName {
    pub(crate) fn new(text: &str, index: usize) -> Self {
        Self { text: text.into(), index }
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Position among [`Plan::header_names`](crate::Plan::header_names): lets a host keep values in an array.
    pub fn index(&self) -> usize {
        self.index
    }
}

/// A part of a request that conditions look at. Everything that is compared exactly can be looked up by its hash.
#[derive(Clone, Debug)]
pub(crate) enum Field {
    Header(Arc<HeaderName>),
    /// The header that carries the model: the request's model where it has one, else the header.
    Model(Arc<HeaderName>),
    /// In lower case, without port.
    Host,
    Method,
    /// Up to `?`.
    Path,
    /// The first so many segments of the path, without the `/` after them: a prefix of n segments holds where this equals it.
    PathPrefix(usize),
    /// The first value of a query parameter.
    Query(Box<str>),
}

/// The header in which Envoy AI Gateway carries the model of the request body.
pub(crate) const MODEL_HEADER: &str = "x-ai-eg-model";

impl Field {
    /// The field of a header name in lower case.
    pub(crate) fn header(name: &str, index: usize) -> Self {
        let header = Arc::new(HeaderName::new(name, index));
        if name == MODEL_HEADER { Self::Model(header) } else { Self::Header(header) }
    }

    /// The header's name, where the field is one.
    pub(crate) fn header_name(&self) -> Option<&Arc<HeaderName>> {
        match self {
            Self::Header(name) | Self::Model(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) | Self::Model(name) => write!(f, "header {}", name.as_str()),
            Self::Host => f.write_str("the host"),
            Self::Method => f.write_str("the method"),
            Self::Path | Self::PathPrefix(_) => f.write_str("the path"),
            Self::Query(name) => write!(f, "query parameter {name}"),
        }
    }
}
