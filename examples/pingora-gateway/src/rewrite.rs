//! The client's body as an endpoint gets it: another model, fields removed and set.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use inferroute::BodyChange;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// `body` with the changes, or as it is where there is none to make. Fields that stay keep their bytes and their order; a field that is new comes last.
///
/// # Errors
/// A body that is no JSON object, or a value that is no JSON.
pub(crate) fn rewrite(
    body: &Bytes,
    model: Option<&str>,
    changes: &[BodyChange],
) -> serde_json::Result<Bytes> {
    if body.is_empty() || (model.is_none() && changes.is_empty()) {
        return Ok(body.clone());
    }
    let mut object: Object = serde_json::from_slice(body)?;
    if let Some(model) = model {
        object.set("model", to_raw_value(model)?);
    }
    for change in changes {
        match change {
            BodyChange::Remove(name) => object.remove(name),
            BodyChange::Set(name, value) => object.set(name, RawValue::from_string(value.clone())?),
        }
    }
    serde_json::to_vec(&object).map(Bytes::from)
}

/// The top level of a JSON object; what is below stays text. Of a key that stands twice the last one counts, as it does for the library.
struct Object {
    fields: Vec<(String, Option<Box<RawValue>>)>,
    places: BTreeMap<String, usize>,
}

impl Object {
    fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.places.get(name).and_then(|place| self.fields.get_mut(*place)) {
            Some(field) => field.1 = Some(value),
            None => {
                self.places.insert(name.to_owned(), self.fields.len());
                self.fields.push((name.to_owned(), Some(value)));
            }
        }
    }

    fn remove(&mut self, name: &str) {
        if let Some(field) = self.places.get(name).and_then(|place| self.fields.get_mut(*place)) {
            field.1 = None;
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object { fields: Vec::new(), places: BTreeMap::new() };
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            object.set(&name, value);
        }
        Ok(object)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = self.fields.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in kept {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(body: &'static str, model: Option<&str>, changes: &[BodyChange]) -> String {
        let bytes = rewrite(&Bytes::from_static(body.as_bytes()), model, changes).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn the_model_is_replaced_in_its_place_and_nothing_else_is_touched() {
        let body = r#"{"a": [1,  2.50], "model": "fast", "z": "é"}"#;
        assert_eq!(rewritten(body, Some("llama"), &[]), r#"{"a":[1,  2.50],"model":"llama","z":"é"}"#);
    }

    #[test]
    fn of_a_model_that_stands_twice_none_survives() {
        assert_eq!(rewritten(r#"{"model":"a","model":"b"}"#, Some("c"), &[]), r#"{"model":"c"}"#);
    }

    #[test]
    fn fields_are_removed_and_set() {
        let changes = [BodyChange::Remove("user".into()), BodyChange::Set("n".into(), "{\"x\": 1}".into())];
        assert_eq!(rewritten(r#"{"user":"u","model":"m"}"#, None, &changes), r#"{"model":"m","n":{"x": 1}}"#);
    }

    #[test]
    fn a_body_without_changes_keeps_its_bytes() {
        assert_eq!(rewritten(r#"{ "model" : "m" }"#, None, &[]), r#"{ "model" : "m" }"#);
    }

    #[test]
    fn what_is_no_object_cannot_be_changed() {
        assert!(rewrite(&Bytes::from_static(b"[1]"), Some("m"), &[]).is_err());
    }
}
