//! Bodies as an endpoint gets them according to serde_json, as an oracle for [`Decision::body`]. Shared with the fuzz target.

use std::collections::BTreeMap;

use inferroute::{BodyFormat, BodyLimits, Decision, Manifests, Nanos, Options, Request, Router};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A backend that asks for another model, sets two fields and removes one.
const MANIFEST: &str = r#"
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - backendRefs:
        - name: one
          modelNameOverride: "llama \"3\""
          bodyMutation: {set: [{path: n, value: "[1, {}]"}, {path: a, value: '"b"'}], remove: [user]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: one}
spec: {schema: {name: OpenAI}, backendRef: {name: one, port: 80}}
"#;

/// A decision whose bodies change as `MANIFEST` says.
pub(crate) fn decision() -> Decision {
    let plan = Manifests::from_yaml(MANIFEST).unwrap().compile(&Options::default()).unwrap();
    let headers: [(&str, &str); 0] = [];
    Router::new(plan, 1).decide(&Request::new(&headers), Nanos::new(0)).unwrap()
}

/// Panics where the body that `decision` of [`decision`] makes of `bytes` is another one than serde_json makes; tells whether there is one.
///
/// Differences that are meant: an empty body stays empty; numbers beyond f64 and nesting of 128 levels, which serde_json refuses, are kept.
pub(crate) fn compare(decision: &Decision, bytes: &[u8]) -> bool {
    let made = decision.body(bytes, BodyFormat::Json, &BodyLimits::default());
    if bytes.is_empty() {
        assert_eq!(made.unwrap().len(), 0);
        return false;
    }
    let mut value = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => value,
        Err(error) => {
            let text = error.to_string();
            let meant =
                text.starts_with("number out of range") || text.starts_with("recursion limit exceeded");
            assert!(meant || made.is_err(), "serde_json: {text}");
            return false;
        }
    };
    let Some(fields) = value.as_object_mut() else {
        assert!(made.is_err(), "no object");
        return false;
    };
    let made = made.unwrap();
    fields.insert("model".to_owned(), json!("llama \"3\""));
    fields.insert("n".to_owned(), json!([1, {}]));
    fields.insert("a".to_owned(), json!("b"));
    fields.remove("user");
    assert_eq!(serde_json::from_slice::<Value>(&made).unwrap(), value);
    // Byte by byte the same, where the tree above would not tell 1.0 from 1.00.
    let (was, is) = (written(bytes), written(&made));
    for (name, value) in &was {
        if !["model", "n", "a", "user"].contains(&name.as_str()) {
            assert_eq!(is[name].get(), value.get());
        }
    }
    // What is made is not made otherwise a second time.
    assert_eq!(decision.body(&made, BodyFormat::Json, &BodyLimits::default()).unwrap(), made);
    true
}

fn written(bytes: &[u8]) -> BTreeMap<String, &RawValue> {
    serde_json::from_slice(bytes).unwrap()
}
