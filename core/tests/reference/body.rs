//! What a chat body says according to serde_json, as an oracle for the scanner. Shared with the fuzz target.

use inferroute::{Body, BodyCode, BodyError, BodyFormat, BodyLimits};
use serde_json::Value;

/// Panics where the reader and serde_json disagree about `bytes`; tells whether both accept them.
///
/// Differences that are meant:
/// - an empty body says nothing here and is an error there;
/// - serde_json refuses numbers beyond f64 and nesting of 128 levels, which RFC 8259 allows; both are left to the other tests;
/// - a body that is no object, and a model that is no text, are refused here.
pub(crate) fn compare(bytes: &[u8]) -> bool {
    let read = Body::read(bytes, BodyFormat::Chat, &BodyLimits::default());
    if let Err(error) = &read {
        check_error(error, bytes);
    }
    if bytes.is_empty() {
        assert!(read.is_ok());
        return false;
    }
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => value,
        Err(error) => {
            let text = error.to_string();
            let meant =
                text.starts_with("number out of range") || text.starts_with("recursion limit exceeded");
            assert!(meant || read.is_err(), "serde_json: {text}");
            return false;
        }
    };
    let Value::Object(map) = value else {
        assert_eq!(read.map(drop).map_err(|error| error.code()), Err(BodyCode::NotAnObject));
        return false;
    };
    let get = |key: &str| map.get(key).filter(|value| !value.is_null());
    let text = |key: &str| get(key).and_then(Value::as_str);
    let body = match read {
        Ok(body) => body,
        Err(error) => {
            assert_eq!(error.code(), BodyCode::ModelNotText, "{error}");
            assert!(get("model").is_some_and(|model| !model.is_string()));
            return false;
        }
    };
    assert!(get("model").is_none_or(Value::is_string));
    assert_eq!(body.model(), text("model"));
    assert_eq!(body.user(), text("user"));
    assert_eq!(body.cache_salt(), text("cache_salt"));
    assert_eq!(body.prompt_cache_key(), text("prompt_cache_key"));
    assert_eq!(body.stream(), get("stream").and_then(Value::as_bool));
    let number = |key: &str| get(key).and_then(Value::as_u64);
    assert_eq!(body.max_tokens(), number("max_completion_tokens").or(number("max_tokens")));
    let fields: Vec<_> = body.prompt_fields().collect();
    assert_eq!(fields.len(), usize::from(get("tools").is_some()) + usize::from(get("messages").is_some()));
    check_pieces(&body, get("tools"), get("messages"));
    true
}

/// The place of an error fits the bytes.
fn check_error(error: &BodyError, bytes: &[u8]) {
    assert!(error.byte() <= bytes.len(), "{error}");
    let before = &bytes[..error.byte()];
    assert_eq!(error.line(), before.split(|byte| *byte == b'\n').count(), "{error}");
    if let Ok(before) = std::str::from_utf8(before) {
        let last = before.rsplit('\n').next().unwrap_or_default();
        assert_eq!(error.column(), last.chars().count() + 1, "{error}");
    }
}

/// Every text that the tree holds comes out, decoded, as often as the tree says.
fn check_pieces(body: &Body<'_>, tools: Option<&Value>, messages: Option<&Value>) {
    use inferroute::PieceKind::{Raw, Role, Text};
    let mut expected: Vec<String> = tools.and_then(whole).into_iter().collect();
    match messages {
        Some(Value::Array(items)) if items.is_empty() => {}
        Some(Value::Array(items)) if items[0].is_string() || items[0].is_object() => {
            items.iter().for_each(|item| message(item, &mut expected));
        }
        other => expected.extend(other.and_then(whole)),
    }
    let mut found: Vec<_> = body
        .pieces()
        .map(|piece| match piece.kind() {
            Role => "role".to_owned(),
            Text => format!("text {}", piece.to_text()),
            Raw => {
                assert!(serde_json::from_str::<Value>(&piece.to_text()).is_ok());
                "raw".to_owned()
            }
        })
        .collect();
    // The tree has lost the order of members, and members whose key is repeated.
    expected.sort();
    found.sort();
    let mut rest = found.iter();
    assert!(expected.iter().all(|piece| rest.any(|found| found == piece)), "{expected:?} in {found:?}");
}

fn message(item: &Value, out: &mut Vec<String>) {
    let Value::Object(members) = item else { return out.extend(whole(item)) };
    for (key, value) in members {
        match (key.as_str(), value) {
            ("role", Value::String(_)) => out.push("role".to_owned()),
            ("content", Value::Array(parts)) => {
                for part in parts {
                    match part {
                        Value::Object(members) => {
                            out.extend(members.iter().filter_map(|(key, value)| member(key, value)));
                        }
                        _ => out.extend(whole(part)),
                    }
                }
            }
            _ => out.extend(member(key, value)),
        }
    }
}

fn member(key: &str, value: &Value) -> Option<String> {
    if ["type", "cache_control"].contains(&key) { None } else { whole(value) }
}

fn whole(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(format!("text {text}")),
        _ => Some("raw".into()),
    }
}
