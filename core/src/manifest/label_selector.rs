//! The label selector of Kubernetes: matchLabels and matchExpressions, all of which must hold.

use std::fmt;

use serde::Deserialize;

use super::meta::Labels;

/// A label selector of Kubernetes. Everything it asks for must hold; an empty one selects everything.
///
/// ```
/// use inferroute::{LabelSelector, Operator};
///
/// let selector = LabelSelector::default().label("app", "vllm").expression("tier", Operator::NotIn, &["test"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    #[serde(default)]
    match_labels: Labels,
    #[serde(default)]
    match_expressions: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Requirement {
    key: String,
    operator: Operator,
    #[serde(default)]
    values: Vec<String>,
}

/// What an expression of a [`LabelSelector`] asks of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Operator {
    /// It is there, with one of the values.
    In,
    /// It has none of the values, or is not there.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
    /// Nothing: an operator that Kubernetes does not know selects nothing.
    #[serde(other)]
    Unknown,
}

impl LabelSelector {
    /// Asks for a label with this value.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.match_labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Asks for an expression. `values` count for [`Operator::In`] and [`Operator::NotIn`] only.
    #[must_use]
    pub fn expression(mut self, key: &str, operator: Operator, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.match_expressions.push(Requirement { key: key.to_owned(), operator, values });
        self
    }

    /// Whether `labels` satisfy every requirement.
    pub(crate) fn selects(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| {
                let value = labels.get(&requirement.key);
                let listed = value.is_some_and(|value| requirement.values.contains(value));
                match requirement.operator {
                    Operator::In => listed,
                    Operator::NotIn => !listed,
                    Operator::Exists => value.is_some(),
                    Operator::DoesNotExist => value.is_none(),
                    Operator::Unknown => false,
                }
            })
    }
}

/// As kubectl takes it: `app=vllm,!spot,zone notin (a,b)`. Empty where it selects everything.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
        let expressions = self.match_expressions.iter().map(|Requirement { key, operator, values }| {
            let values = values.join(",");
            match operator {
                Operator::In => format!("{key} in ({values})"),
                Operator::NotIn => format!("{key} notin ({values})"),
                Operator::Exists => key.clone(),
                Operator::DoesNotExist => format!("!{key}"),
                Operator::Unknown => format!("{key} by an unknown operator"),
            }
        });
        f.write_str(&labels.chain(expressions).collect::<Vec<_>>().join(","))
    }
}
