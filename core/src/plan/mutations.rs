//! What a proxy must do to a request beside sending it on: data, in the order in which it is to be done.

use serde::{Deserialize, Serialize};

use super::substitution::Substitution;
use crate::units::Nanos;

/// The changes that a rule and its chosen backendRef ask for, merged when the plan was built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mutations {
    /// Changes of the request's headers: those of the rule's filters, then of the backendRef's filters, then of the AI Gateway's headerMutation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_headers: Vec<HeaderChange>,
    /// Changes of the response's headers, in the same order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_headers: Vec<HeaderChange>,
    /// Changes of the JSON body's top-level fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<BodyChange>,
    /// The host to ask the endpoint for; `None`: the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Where the host to ask the endpoint for comes from, where no [`hostname`](Self::hostname) states it; what yields nothing leaves the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname_from: Option<HostSource>,
    /// How the path changes; [`Decision::path`](crate::Decision::path) applies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathChange>,
    /// Backends that get a copy of the request, whose answers are dropped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<Mirror>,
    /// How long the client may wait for the whole answer, retries included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<Nanos>,
    /// How long one attempt may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout: Option<Nanos>,
    /// How long a stream may stay silent; before the first byte this ends the attempt, after it the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_idle_timeout: Option<Nanos>,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// What the endpoints of the pool speak: `http`, or `kubernetes.io/h2c` for HTTP/2 without TLS; `None`: nothing is said, which means `http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
    /// Filters that the host applies itself, in the order of the rule, then of the backendRef (see
    /// [`Options::extension_filters`](crate::Options::extension_filters)).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<ExtensionFilter>,
}

/// Where a host name comes from (Envoy Gateway, HTTPHostnameModifier).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostSource {
    /// The value of this header of the client's request; absent or empty, the client's host stays.
    Header(String),
    /// The DNS name of the endpoint that is asked, where it has one.
    Backend,
    /// The path without its query, substituted.
    PathRegex(Substitution),
}

/// A filter that an ExtensionRef names and the host applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExtensionFilter {
    /// API group of its kind.
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// The namespace of the route.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// One change of a header. Names compare without case; values have passed a check against injection (RFC 9110, section 5.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderChange {
    /// Drop every header of the name.
    Remove(String),
    /// Replace every header of the name by this one.
    Set(String, String),
    /// Add one more header.
    Add(String, String),
}

/// One change of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyChange {
    /// Drop a top-level field.
    Remove(String),
    /// Set a top-level field to a value, given as JSON text.
    Set(String, String),
}

/// A change of the path. The query stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PathChange {
    /// This path instead.
    Full(String),
    /// This instead of the prefix that matched.
    Prefix(String),
    /// The matches of an expression replaced.
    Regex(Substitution),
}

/// A backend that gets copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mirror {
    /// Kind of the backend.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: Option<u16>,
    /// Copies go for `numerator` of `denominator` requests.
    pub numerator: u32,
    /// At least 1.
    pub denominator: u32,
}

/// When to try again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Retry {
    /// Statuses that are tried again.
    pub codes: Vec<u16>,
    /// How often, `None`: as the proxy likes.
    pub attempts: Option<u32>,
    /// How long to wait in between at least.
    pub backoff: Option<Nanos>,
}

/// A redirect: an answer that sends the client elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    pub(crate) status: u16,
    pub(crate) scheme: Option<String>,
    pub(crate) hostname: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) path: Option<PathChange>,
}

/// An answer of a rule itself, without any backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DirectResponse {
    /// The HTTP status, 200 to 599.
    pub status: u16,
    /// The value of `content-type`, where one is stated.
    pub content_type: Option<String>,
    /// Further headers.
    pub headers: Vec<HeaderChange>,
    /// The body; `None`: no body. Envoy Gateway fills in command operators such as `%REQ(x)%`: they stand here as written.
    pub body: Option<String>,
}

impl PathChange {
    /// `path` (with its query) changed. `prefix` is what matched, without a `/` at its end.
    pub(crate) fn apply(&self, path: &str, prefix: &str) -> String {
        let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
        let changed = match self {
            Self::Full(full) => full.clone(),
            Self::Regex(substitution) => substitution.apply(path),
            Self::Prefix(replacement) => {
                let rest = path.strip_prefix(prefix).unwrap_or_default();
                let replacement = replacement.strip_suffix('/').unwrap_or(replacement);
                match (replacement, rest) {
                    ("", "") => "/".to_owned(),
                    (replacement, rest) if rest.is_empty() || rest.starts_with('/') => {
                        format!("{replacement}{rest}")
                    }
                    (replacement, rest) => format!("{replacement}/{rest}"),
                }
            }
        };
        changed + query
    }
}

#[cfg(test)]
mod tests {
    use super::PathChange;

    #[test]
    fn prefixes_are_replaced_between_segments() {
        // Gateway API, HTTPPathModifier: the table of its documentation in our own order.
        let cases = [
            ("/foo/bar", "/foo", "/xyz", "/xyz/bar"),
            ("/foo/bar", "/foo", "/xyz/", "/xyz/bar"),
            ("/foo", "/foo", "/xyz", "/xyz"),
            ("/foo/", "/foo", "/xyz", "/xyz/"),
            ("/foo/bar", "/foo", "", "/bar"),
            ("/foo/", "/foo", "/", "/"),
            ("/foo", "/foo", "/", "/"),
            ("/foo/bar?a=1", "/foo", "/x", "/x/bar?a=1"),
            ("/any", "", "/x", "/x/any"),
        ];
        for (path, prefix, replacement, expected) in cases {
            assert_eq!(
                PathChange::Prefix(replacement.into()).apply(path, prefix),
                expected,
                "{path} {prefix} {replacement}"
            );
        }
    }
}
