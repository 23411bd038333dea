//! InferencePool: a set of endpoints that serve the same models, in the shape of v1alpha1/v1alpha2 (flat selector, one port) and of v1 (matchLabels, several ports).

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::meta::Labels;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PoolSpec {
    pub(crate) selector: Selector,
    #[serde(default)]
    pub(crate) target_port_number: Option<i64>,
    #[serde(default)]
    pub(crate) target_ports: Vec<PortWire>,
    #[serde(default)]
    pub(crate) app_protocol: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PortWire {
    pub(crate) number: i64,
}

/// Which labels a member carries, and in which of the two spellings that was written.
#[derive(Clone, Debug)]
pub(crate) enum Selector {
    /// `selector: {}`: the group of the object tells the spelling.
    Empty,
    /// `selector: {app: x}`
    Flat(Labels),
    /// `selector: {matchLabels: {app: x}}`
    MatchLabels(Labels),
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SelectorVisitor)
    }
}

struct SelectorVisitor;

impl<'de> Visitor<'de> for SelectorVisitor {
    type Value = Selector;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of labels, or `matchLabels` with one")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Selector, A::Error> {
        let mut labels = Labels::new();
        let mut match_labels = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "matchLabels" => match_labels = Some(map.next_value::<Labels>()?),
                "matchExpressions" => {
                    return Err(de::Error::custom(
                        "an InferencePool selects by matchLabels only, not by matchExpressions",
                    ));
                }
                _ => drop(labels.insert(key, map.next_value()?)),
            }
        }
        match match_labels {
            Some(_) if !labels.is_empty() => {
                Err(de::Error::custom("a selector holds either labels or matchLabels, not both"))
            }
            Some(labels) => Ok(Selector::MatchLabels(labels)),
            None if labels.is_empty() => Ok(Selector::Empty),
            None => Ok(Selector::Flat(labels)),
        }
    }
}
