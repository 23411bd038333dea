//! What a rule may look at: gateway, host, path, method, header values, query parameters, the model.

use serde_json::Value;

use super::load::items;

/// The header that carries the model.
const MODEL_HEADER: &str = "x-ai-eg-model";

/// The request of a case.
pub(crate) struct Request<'a> {
    headers: Vec<(&'a str, &'a str)>,
    pub(crate) host: Option<&'a str>,
    pub(crate) model: Option<&'a str>,
    /// The path up to `?`.
    pub(crate) path: &'a str,
    /// What stands behind `?`.
    query: &'a str,
    pub(crate) method: &'a str,
    /// `namespace/name` of the Gateway that received the request.
    pub(crate) gateway: Option<&'a str>,
    pub(crate) port: Option<u64>,
    /// The namespace of a client within a mesh.
    pub(crate) client_namespace: Option<&'a str>,
    /// `namespace/name` of the pool that is chosen already.
    pub(crate) pool: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads the `request` of a case.
    pub(crate) fn read(json: &'a Value) -> Request<'a> {
        let mut headers = Vec::new();
        for pair in items(&json["headers"]) {
            headers.push((pair[0].as_str().unwrap_or(""), pair[1].as_str().unwrap_or("")));
        }
        let target = json["path"].as_str().unwrap_or("/");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            headers,
            host: json["host"].as_str(),
            model: json["model"].as_str(),
            path,
            query,
            method: json["method"].as_str().unwrap_or("GET"),
            gateway: json["gateway"].as_str(),
            port: json["port"].as_u64(),
            client_namespace: json["client_namespace"].as_str(),
            pool: json["pool"].as_str(),
        }
    }

    /// The one value of a header: what was sent under any spelling of the name, in order, joined by `,`.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        if name.eq_ignore_ascii_case(MODEL_HEADER)
            && let Some(model) = self.model
        {
            return Some(model.to_owned());
        }
        let mut values = Vec::new();
        for (sent, value) in &self.headers {
            if sent.eq_ignore_ascii_case(name) {
                values.push(*value);
            }
        }
        if values.is_empty() { None } else { Some(values.join(",")) }
    }

    /// The value of a header that was sent once and is not empty: what filters, scorers and pickers read.
    pub(crate) fn only(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.iter().filter(|(sent, _)| sent.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The value of the first query parameter of this name, empty if it has none.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a str> {
        for pair in self.query.split('&') {
            let (sent, value) = pair.split_once('=').unwrap_or((pair, ""));
            if sent == name {
                return Some(value);
            }
        }
        None
    }
}
