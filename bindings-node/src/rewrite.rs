//! Bodies as an endpoint is to get them: the fields that a decision changes are set, every other byte of a value stays as the client wrote it.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::border::{Answer, Call};
use crate::errors::{Failure, answer};

/// A JSON object whose values are left as they are written.
struct Object<'b>(Vec<(String, Value<'b>)>);

enum Value<'b> {
    Written(&'b RawValue),
    Set(Box<RawValue>),
}

/// What changes: the model, and further fields.
#[derive(Deserialize)]
struct Changes {
    model: Option<String>,
    body: Vec<Change>,
}

/// One of the core's `BodyChange`s, as `decision.mutations` has it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Remove(String),
    Set(String, String),
}

/// Arguments: the body, the changes in JSON.
pub(crate) fn rewrite(call: &Call) -> Answer {
    let mut copied = Vec::new();
    answer(rewritten(call.bytes(0, &mut copied).unwrap_or_default(), &call.text(1).unwrap_or_default()))
}

fn rewritten(body: &[u8], changes: &str) -> Result<String, Failure> {
    let changes: Changes =
        serde_json::from_str(changes).map_err(|error| Failure::internal(error.to_string()))?;
    let mut object: Object<'_> = serde_json::from_slice(body).map_err(|_| Failure::not_an_object())?;
    let internal = |error: serde_json::Error| Failure::internal(error.to_string());
    if let Some(model) = changes.model {
        object.set("model", to_raw_value(&model).map_err(internal)?);
    }
    for change in changes.body {
        match change {
            Change::Remove(field) => object.0.retain(|(name, _)| *name != field),
            Change::Set(field, json) => object.set(&field, RawValue::from_string(json).map_err(internal)?),
        }
    }
    serde_json::to_string(&object).map_err(internal)
}

impl Object<'_> {
    /// Of fields of one name the first takes the value, and the others go.
    fn set(&mut self, field: &str, value: Box<RawValue>) {
        let first = self.0.iter().position(|(name, _)| name == field);
        let mut position = 0;
        self.0.retain(|(name, _)| {
            position += 1;
            name != field || Some(position - 1) == first
        });
        match first.and_then(|first| self.0.get_mut(first)) {
            Some((_, place)) => *place = Value::Set(value),
            None => self.0.push((field.to_owned(), Value::Set(value))),
        }
    }
}

impl<'de: 'b, 'b> Deserialize<'de> for Object<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(String, Value<'de>)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    fields.push((name, Value::Written(value)));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields).map(Self)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            match value {
                Value::Written(raw) => map.serialize_entry(name, raw)?,
                Value::Set(raw) => map.serialize_entry(name, raw)?,
            }
        }
        map.end()
    }
}
