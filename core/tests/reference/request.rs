//! What a rule may look at: header values, the host, the model.

use serde_json::Value;

use super::load::items;

/// The header that carries the model.
const MODEL_HEADER: &str = "x-ai-eg-model";

/// The request of a case.
pub(crate) struct Request<'a> {
    headers: Vec<(&'a str, &'a str)>,
    pub(crate) host: Option<&'a str>,
    pub(crate) model: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads the `request` of a case.
    pub(crate) fn read(json: &'a Value) -> Request<'a> {
        let mut headers = Vec::new();
        for pair in items(&json["headers"]) {
            headers.push((pair[0].as_str().unwrap_or(""), pair[1].as_str().unwrap_or("")));
        }
        Request { headers, host: json["host"].as_str(), model: json["model"].as_str() }
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
}
