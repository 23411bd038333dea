//! What a match asks of the path, and how it ranks: the path and gRPC method lines of section "Matching".

use std::cmp::Reverse;

use regex::Regex;
use serde_json::Value;

/// The path of a match.
pub(crate) enum Path {
    Exact(String),
    /// The pattern, and the length of the text it comes from.
    Expression(String, usize),
    Prefix(String),
    /// `/…/method` of a gRPC method whose service is left open.
    AnyService(String),
}

impl Path {
    /// What one match of a route of this kind asks.
    pub(crate) fn of_match(kind: &str, entry: &Value) -> Path {
        match kind {
            "HTTPRoute" => Path::of_http(&entry["path"]),
            "GRPCRoute" if !entry["method"].is_null() => Path::of_grpc(&entry["method"]),
            _ => Path::Prefix(String::new()),
        }
    }

    fn of_http(path: &Value) -> Path {
        let value = path["value"].as_str().unwrap_or("/");
        match path["type"].as_str() {
            Some("Exact") => Path::Exact(value.to_owned()),
            Some("RegularExpression") => Path::Expression(value.to_owned(), value.len()),
            _ => Path::Prefix(value.strip_suffix('/').unwrap_or(value).to_owned()),
        }
    }

    fn of_grpc(wanted: &Value) -> Path {
        let (service, method) = (wanted["service"].as_str(), wanted["method"].as_str());
        if wanted["type"] == "RegularExpression" {
            let (service, method) = (service.unwrap_or("[^/]+"), method.unwrap_or("[^/]+"));
            let length = format!("/{service}/{method}").len();
            return Path::Expression(format!("/(?:{service})/(?:{method})"), length);
        }
        match (service, method) {
            (Some(service), Some(method)) => Path::Exact(format!("/{service}/{method}")),
            (Some(service), None) => Path::Prefix(format!("/{service}")),
            (None, Some(method)) => Path::AnyService(method.to_owned()),
            (None, None) => Path::Prefix(String::new()),
        }
    }

    /// Whether the path of a request, without its query, is as asked.
    pub(crate) fn holds(&self, path: &str) -> bool {
        match self {
            Path::Exact(wanted) => path == wanted,
            Path::Expression(pattern, _) => is_whole(pattern, path),
            Path::Prefix(prefix) => match path.strip_prefix(prefix.as_str()) {
                Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('/'),
                None => false,
            },
            Path::AnyService(method) => {
                let segments: Vec<&str> = path.split('/').collect();
                segments.len() == 3
                    && segments[0].is_empty()
                    && !segments[1].is_empty()
                    && segments[2] == method
            }
        }
    }

    /// The place in the order, the first before the others: kind of path, then the longer text.
    pub(crate) fn rank(&self) -> (u8, Reverse<usize>) {
        match self {
            Path::Exact(_) => (0, Reverse(0)),
            Path::Expression(_, length) => (1, Reverse(*length)),
            Path::Prefix(prefix) => (2, Reverse(prefix.len())),
            Path::AnyService(_) => (2, Reverse(0)),
        }
    }
}

/// Whether the pattern matches the whole text.
pub(crate) fn is_whole(pattern: &str, text: &str) -> bool {
    Regex::new(&format!(r"\A(?:{pattern})\z")).is_ok_and(|regex| regex.is_match(text))
}
