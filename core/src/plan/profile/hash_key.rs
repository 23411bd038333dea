//! What requests are hashed by that shall meet at one endpoint.

/// What a request is hashed by. A scorer does not rate a request without it, and a picker takes any endpoint for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashKey {
    /// The value of a header: a session, a tenant, a conversation.
    Header(String),
    /// The model that it asks for.
    Model,
}
