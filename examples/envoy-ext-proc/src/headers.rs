//! The headers of a request as Envoy tells them: names in lower case, pseudo-headers among them, values as bytes.

use envoy_types::pb::envoy::config::core::v3::HeaderMap;
use inferroute::CONTROL_HEADERS;

/// The headers that a decision may look at, and the parts of the request that travel as pseudo-headers.
#[derive(Debug, Default)]
pub(crate) struct RequestHeaders {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) host: Option<String>,
    pub(crate) content_type: Option<String>,
    /// The InferenceObjective that the client names.
    pub(crate) objective: Option<String>,
    pub(crate) others: Vec<(String, Vec<u8>)>,
    /// Control headers that the client sent: the picker takes them out.
    pub(crate) forged: Vec<String>,
}

impl RequestHeaders {
    pub(crate) fn new(headers: Option<HeaderMap>) -> Self {
        let mut read = Self::default();
        for header in headers.unwrap_or_default().headers {
            let value =
                if header.raw_value.is_empty() { header.value.into_bytes() } else { header.raw_value };
            let text = || String::from_utf8_lossy(&value).into_owned();
            match header.key.as_str() {
                ":method" => read.method = text(),
                ":path" => read.path = text(),
                ":authority" => read.host = Some(text()),
                name if name.starts_with(':') => {}
                name if CONTROL_HEADERS.contains(&name) => {
                    if name == "x-gateway-inference-objective" {
                        read.objective = Some(text());
                    }
                    read.forged.push(header.key);
                }
                name => {
                    if name == "content-type" {
                        read.content_type = Some(text());
                    }
                    read.others.push((header.key, value));
                }
            }
        }
        read
    }
}

/// The status of an answer; 0 where there is none.
pub(crate) fn status(headers: Option<&HeaderMap>) -> u16 {
    let mut headers = headers.into_iter().flat_map(|headers| &headers.headers);
    let Some(status) = headers.find(|header| header.key == ":status") else { return 0 };
    let text = if status.raw_value.is_empty() { status.value.as_bytes() } else { &status.raw_value };
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use envoy_types::pb::envoy::config::core::v3::HeaderValue;

    use super::*;

    fn map(headers: &[(&str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&str, &str)| HeaderValue {
            key: (*name).to_owned(),
            raw_value: value.as_bytes().to_vec(),
            ..HeaderValue::default()
        };
        HeaderMap { headers: headers.iter().map(header).collect() }
    }

    #[test]
    fn pseudo_headers_and_control_headers_are_no_headers_to_match() {
        let read = RequestHeaders::new(Some(map(&[
            (":method", "POST"),
            (":path", "/v1/completions"),
            (":authority", "api.example.com"),
            (":scheme", "http"),
            ("x-tier", "gold"),
            ("x-gateway-destination-endpoint", "10.0.0.1:80"),
        ])));
        assert_eq!((read.method.as_str(), read.path.as_str()), ("POST", "/v1/completions"));
        assert_eq!(read.host.as_deref(), Some("api.example.com"));
        assert_eq!(read.others, [("x-tier".to_owned(), b"gold".to_vec())]);
        assert_eq!(read.forged, ["x-gateway-destination-endpoint"]);
    }

    #[test]
    fn a_status_is_a_number_or_nothing() {
        assert_eq!(status(Some(&map(&[(":status", "503")]))), 503);
        assert_eq!(status(Some(&map(&[(":status", "x")]))), 0);
        assert_eq!(status(None), 0);
    }
}
