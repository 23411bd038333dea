//! The header names that a plan reads, lower-cased and numbered when it is built.

/// A header name that some rule looks at.
#[derive(Clone, Debug)]
pub struct HeaderName {
    text: Box<str>,
    index: usize,
    role: Role,
}

/// Where the value of a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The request's header of that name.
    Header,
    /// The request's model where it has one, else the header of that name.
    Model,
    /// The request's host; no header of that name is looked at.
    Host,
}

/// The header in which Envoy AI Gateway carries the model of the request body.
pub(crate) const MODEL_HEADER: &str = "x-ai-eg-model";

impl HeaderName {
    pub(crate) fn new(text: &str, index: usize) -> Self {
        let role = if text == MODEL_HEADER { Role::Model } else { Role::Header };
        Self { text: text.into(), index, role }
    }

    /// The pseudo-name under which exact hosts are looked up like any exact header.
    pub(crate) fn host() -> Self {
        Self { text: ":authority".into(), index: usize::MAX, role: Role::Host }
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Position among [`Plan::header_names`](crate::Plan::header_names): lets a host keep values in an array.
    pub fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }
}
