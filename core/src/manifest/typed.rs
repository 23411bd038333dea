//! Nodes to the wire structs of the kinds, by serde, with the path and the place of all that does not fit.
//!
//! `null` reads as an absent field, an empty list or an empty mapping, as the Kubernetes API server reads it. What does not fit is noted, a value that
//! fits stands in for it, and reading starts again until nothing new is found: one run names every misfit of an object.

use std::cell::RefCell;

use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::misfit::Misfit;
use super::node::{Entry, Node, NodeId, Value};
use super::stand_in::StandIn;
use crate::nearest::nearest;

/// Misfits and strays of one object that are named: enough for a person, and a bound on how often an object is read.
const MOST: usize = 50;

/// An object as read.
pub(crate) struct Reading<'n, T> {
    /// The value, or all that does not fit.
    pub(crate) value: Result<T, Vec<Misfit>>,
    /// Fields that are passed over and spelled nearly like one that is read.
    pub(crate) strays: Vec<Stray<'n>>,
}

/// A field that may be meant for another.
#[derive(Debug)]
pub(crate) struct Stray<'n> {
    pub(crate) entry: &'n Entry,
    pub(crate) near: &'static str,
}

/// Reads a document, or a part of one, as `T`.
pub(crate) fn typed<'n, T: serde::Deserialize<'n>>(node: &'n Node) -> Reading<'n, T> {
    let mut patches = Patches::default();
    let mut misfits: Vec<Misfit> = Vec::new();
    loop {
        patches.strays.get_mut().clear();
        let mut misfit = match T::deserialize(Typed { node, patches: &patches }) {
            Ok(value) => {
                let value = if misfits.is_empty() { Ok(value) } else { Err(misfits) };
                return Reading { value, strays: patches.strays.into_inner() };
            }
            Err(misfit) => misfit,
        };
        let (at, _) = *misfit.at.get_or_insert((NodeId::of(node), node.at));
        let is_new = patches.cover(at, misfit.missing);
        if is_new {
            misfits.push(misfit);
        }
        if !is_new || misfits.len() == MOST {
            return Reading { value: Err(misfits), strays: patches.strays.into_inner() };
        }
    }
}

/// What is covered by stand-ins, and what was noted on the way.
#[derive(Default)]
struct Patches<'n> {
    /// Nodes that hold a value that does not fit.
    wrong: Vec<NodeId>,
    /// Mappings that lack a field.
    missing: Vec<(NodeId, &'static str)>,
    strays: RefCell<Vec<Stray<'n>>>,
}

impl Patches<'_> {
    /// Covers a misfit; `false` where it was covered before, so that reading again would find it again.
    fn cover(&mut self, node: NodeId, missing: Option<&'static str>) -> bool {
        match missing {
            Some(field) if self.missing.contains(&(node, field)) => return false,
            None if self.wrong.contains(&node) => return false,
            Some(field) => self.missing.push((node, field)),
            None => self.wrong.push(node),
        }
        true
    }
}

#[derive(Clone, Copy)]
struct Typed<'n, 'p> {
    node: &'n Node,
    patches: &'p Patches<'n>,
}

impl<'n, 'p> Typed<'n, 'p> {
    fn is_covered(self) -> bool {
        !self.patches.wrong.is_empty() && self.patches.wrong.contains(&NodeId::of(self.node))
    }

    fn items(self, items: &'n [Node]) -> Items<'n, 'p> {
        Items { items: items.iter().enumerate(), patches: self.patches }
    }

    fn fields(self, entries: &'n [Entry]) -> Fields<'n, 'p> {
        let id = NodeId::of(self.node);
        let stand_ins = self.patches.missing.iter().filter(|(node, _)| *node == id);
        Fields {
            entries: entries.iter(),
            pending: None,
            stand_ins: stand_ins.map(|(_, field)| *field).collect(),
            patches: self.patches,
        }
    }

    /// Entries that no field of the schema takes.
    fn unknown(self, fields: &'static [&'static str]) -> impl Iterator<Item = &'n Entry> {
        let entries = if let Value::Map(entries) = &self.node.value { entries.as_slice() } else { &[] };
        entries.iter().filter(|entry| !fields.contains(&entry.key.as_str()))
    }

    fn note_strays(self, fields: &'static [&'static str]) {
        let has = |field: &str| self.node.get(field).is_some();
        for entry in self.unknown(fields) {
            // A field that is there as well is not meant: `port` beside `ports` is another field of a newer release.
            let Some(near) = nearest(&entry.key, fields.iter().copied()).filter(|near| !has(near)) else {
                continue;
            };
            let mut strays = self.patches.strays.borrow_mut();
            if strays.len() == MOST {
                return;
            }
            strays.push(Stray { entry, near });
        }
    }
}

impl<'n> Deserializer<'n> for Typed<'n, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(self.items(items)),
            Value::Map(entries) => visitor.visit_map(self.fields(entries)),
        }
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if matches!(self.node.value, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.node.value {
            _ if self.is_covered() => StandIn.deserialize_seq(visitor),
            Value::Null => visitor.visit_seq(self.items(&[])),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.node.value {
            _ if self.is_covered() => StandIn.deserialize_map(visitor),
            Value::Null => visitor.visit_map(self.fields(&[])),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if self.is_covered() {
            return StandIn.deserialize_struct(name, fields, visitor);
        }
        self.note_strays(fields);
        self.deserialize_map(visitor).map_err(|misfit| match misfit.missing {
            Some(field) if misfit.at.is_none() => {
                let meant = self.unknown(fields).find(|entry| nearest(&entry.key, [field]).is_some());
                misfit.misspelled(meant)
            }
            _ => misfit,
        })
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.node.value {
            _ if self.is_covered() => StandIn.deserialize_enum(name, variants, visitor),
            Value::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_covered() { StandIn.deserialize_bool(visitor) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_i64<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_covered() { StandIn.deserialize_i64(visitor) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_str<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_covered() { StandIn.deserialize_str(visitor) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_string<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    // The schemas use none of these; where one came to, reading would stop at its first misfit.
    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

struct Items<'n, 'p> {
    items: std::iter::Enumerate<std::slice::Iter<'n, Node>>,
    patches: &'p Patches<'n>,
}

impl<'n> SeqAccess<'n> for Items<'n, '_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Typed { node, patches: self.patches })
            .map(Some)
            .map_err(|misfit| misfit.inside(&format!("[{index}]"), node))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'n, 'p> {
    entries: std::slice::Iter<'n, Entry>,
    pending: Option<&'n Entry>,
    /// Missing fields that come after the entries.
    stand_ins: Vec<&'static str>,
    patches: &'p Patches<'n>,
}

impl<'n> MapAccess<'n> for Fields<'n, '_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        self.pending = self.entries.next();
        let key = match self.pending {
            Some(entry) => Some(entry.key.as_str()),
            None => self.stand_ins.pop(),
        };
        key.map(|key| seed.deserialize(key.into_deserializer())).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<T::Value, Misfit> {
        match self.pending.take() {
            None => seed.deserialize(StandIn),
            Some(entry) => seed
                .deserialize(Typed { node: &entry.value, patches: self.patches })
                .map_err(|misfit| misfit.inside(&entry.key, &entry.value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Code;
    use super::super::{AiRouteSpec, Object, PoolSpec, documents};
    use super::*;

    fn misfits<T: for<'n> serde::Deserialize<'n>>(text: &str) -> Vec<(Code, String)> {
        let (documents, flaws) = documents(text);
        assert!(flaws.is_empty(), "{flaws:?}");
        let found = typed::<Object<T>>(&documents[0]).value.err().unwrap_or_default();
        found.into_iter().map(|misfit| (misfit.code, misfit.path)).collect()
    }

    #[test]
    fn every_misfit_of_an_object_is_found() {
        let text = "
metadata: {labels: [a], namespace: 7}
spec:
  hostnames: x
  rules:
    - name: [1]
      matches: [{headers: [{name: 1, value: 2}, {name: a}]}, 4]
      backendRefs: [{weight: heavy}, {name: b, weight: 1}, {name: c, priority: x}]
    - backendRefs: 5
";
        let mut found = misfits::<AiRouteSpec>(text);
        found.sort_by(|a, b| a.1.cmp(&b.1));
        let wrong = |path: &str| (Code::WrongType, path.to_owned());
        let missing = |path: &str| (Code::MissingField, path.to_owned());
        assert_eq!(
            found,
            [
                missing("metadata"),
                wrong("metadata.labels"),
                wrong("metadata.namespace"),
                wrong("spec.hostnames"),
                missing("spec.rules[0].backendRefs[0]"),
                wrong("spec.rules[0].backendRefs[0].weight"),
                wrong("spec.rules[0].backendRefs[2].priority"),
                wrong("spec.rules[0].matches[0].headers[0].name"),
                wrong("spec.rules[0].matches[0].headers[0].value"),
                missing("spec.rules[0].matches[0].headers[1]"),
                wrong("spec.rules[0].matches[1]"),
                wrong("spec.rules[0].name"),
                wrong("spec.rules[1].backendRefs"),
            ]
        );
    }

    #[test]
    fn a_selector_that_is_refused_hides_nothing() {
        let text = "
metadata: {name: a}
spec:
  selector: {matchExpressions: []}
  targetPorts: [{number: x}, {}]
";
        let paths: Vec<String> = misfits::<PoolSpec>(text).into_iter().map(|(_, path)| path).collect();
        assert_eq!(paths, ["spec.selector", "spec.targetPorts[0].number", "spec.targetPorts[1]"]);
    }

    #[test]
    fn the_misfits_of_an_object_are_bounded() {
        let text = format!("metadata: {{name: a}}\nspec: {{hostnames: [{}]}}", "1, ".repeat(100_000));
        assert_eq!(misfits::<AiRouteSpec>(&text).len(), MOST);
        assert_eq!(misfits::<AiRouteSpec>("4"), [(Code::WrongType, String::new())]);
    }

    #[test]
    fn fields_that_are_nearly_known_are_noted() {
        let text = "
metadata: {name: a, label: {}, annotations: {}}
spec:
  rule: []
  rules:
    - matches: [{header: []}]
      backendRefs: [{name: b, nmae: c, wieght: 1}]
status: {}
";
        let (documents, _) = documents(text);
        let reading = typed::<Object<AiRouteSpec>>(&documents[0]);
        let strays: Vec<_> =
            reading.strays.iter().map(|stray| (stray.entry.key.as_str(), stray.near)).collect();
        assert_eq!(strays, [("label", "labels"), ("header", "headers"), ("wieght", "weight")]);
    }
}
