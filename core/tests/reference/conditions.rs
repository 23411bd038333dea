//! Whether a request satisfies one match of a rule, and what the match counts for.

use serde_json::Value;

use super::load::items;
use super::path::{Path, is_whole};
use super::request::Request;

/// What one match asks.
pub(crate) struct Conditions<'a> {
    pub(crate) path: Path,
    method: Option<&'a str>,
    pub(crate) headers: Vec<&'a Value>,
    pub(crate) parameters: Vec<&'a Value>,
}

impl<'a> Conditions<'a> {
    /// The conditions of a match of a route of this kind.
    pub(crate) fn of_match(kind: &str, entry: &'a Value) -> Conditions<'a> {
        let is_http = kind == "HTTPRoute";
        Conditions {
            path: Path::of_match(kind, entry),
            method: if is_http { entry["method"].as_str() } else { None },
            headers: without_repeats(items(&entry["headers"]), str::eq_ignore_ascii_case),
            parameters: if is_http {
                without_repeats(items(&entry["queryParams"]), |one, other| one == other)
            } else {
                Vec::new()
            },
        }
    }

    /// Whether all of them hold.
    pub(crate) fn hold(&self, request: &Request) -> bool {
        self.path.holds(request.path)
            && self.method.is_none_or(|method| method == request.method)
            && self.headers.iter().all(|header| holds(header, request.header(name(header)).as_deref()))
            && self.parameters.iter().all(|parameter| holds(parameter, request.parameter(name(parameter))))
    }

    /// Whether it ranks as a match with a method; so does a gRPC method of any service, before one that asks nothing.
    pub(crate) fn has_method(&self) -> bool {
        self.method.is_some() || matches!(self.path, Path::AnyService(_))
    }
}

/// The entries of one match, of equal names only the first.
fn without_repeats(entries: &[Value], equal: fn(&str, &str) -> bool) -> Vec<&Value> {
    let mut kept: Vec<&Value> = Vec::new();
    for entry in entries {
        if !kept.iter().any(|earlier| equal(name(earlier), name(entry))) {
            kept.push(entry);
        }
    }
    kept
}

fn name(entry: &Value) -> &str {
    entry["name"].as_str().unwrap_or("")
}

/// Whether the value that was sent is as asked; an absent one never is.
fn holds(entry: &Value, sent: Option<&str>) -> bool {
    let wanted = entry["value"].as_str().unwrap_or("");
    match (sent, entry["type"].as_str()) {
        (None, _) => false,
        (Some(sent), Some("RegularExpression")) => is_whole(wanted, sent),
        (Some(sent), _) => sent == wanted,
    }
}
