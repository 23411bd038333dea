//! How a request says which session it belongs to.

use crate::units::Nanos;

/// Which endpoint a session belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Session {
    /// `encoded_endpoint_header`: the header holds the endpoint's id in base64. The host gives the client that header with the answer:
    /// [`Decision::session_token`](crate::Decision::session_token).
    EncodedEndpoint {
        /// The header. Upstream's default: `x-session-token`.
        header: String,
    },
    /// `session_id`: the header holds a name of the client's choosing. [`Router::route`](crate::Router::route) binds it to the endpoint that it is sent to
    /// first, and to another only once that one no longer takes part. A pool remembers up to 65,536 sessions and forgets the one unused for longest among
    /// a few when there are more.
    Id {
        /// The header. Upstream's default: `x-session-id`.
        header: String,
        /// How long a binding is kept that nobody uses. Upstream's default: 300 s.
        keep: Nanos,
    },
}

impl Session {
    /// [`EncodedEndpoint`](Self::EncodedEndpoint) in the header `x-session-token`.
    pub fn encoded_endpoint() -> Self {
        Self::EncodedEndpoint { header: "x-session-token".to_owned() }
    }

    /// [`Id`](Self::Id) in the header `x-session-id`, kept for 300 seconds.
    pub fn id() -> Self {
        Self::Id { header: "x-session-id".to_owned(), keep: Nanos::new(300_000_000_000) }
    }

    pub(crate) fn header(&self) -> &str {
        match self {
            Self::EncodedEndpoint { header } | Self::Id { header, .. } => header,
        }
    }
}
