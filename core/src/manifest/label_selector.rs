//! The label selector of Kubernetes: matchLabels and matchExpressions, all of which must hold.

use serde::Deserialize;

use super::meta::Labels;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LabelSelector {
    #[serde(default)]
    pub(crate) match_labels: Labels,
    #[serde(default)]
    pub(crate) match_expressions: Vec<RequirementWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RequirementWire {
    pub(crate) key: String,
    pub(crate) operator: String,
    #[serde(default)]
    pub(crate) values: Vec<String>,
}

impl LabelSelector {
    /// Whether `labels` satisfy every requirement. An unknown operator is satisfied by nothing. An absent label satisfies NotIn and DoesNotExist.
    pub(crate) fn selects(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| {
                let value = labels.get(&requirement.key);
                let listed = value.is_some_and(|value| requirement.values.contains(value));
                match requirement.operator.as_str() {
                    "In" => listed,
                    "NotIn" => !listed,
                    "Exists" => value.is_some(),
                    "DoesNotExist" => value.is_none(),
                    _ => false,
                }
            })
    }
}
