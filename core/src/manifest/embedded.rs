//! EndpointPickerConfigs in the data of a ConfigMap, which is how clusters hold them.

use super::collected::is_endpoint_picker_config;
use super::diagnostic::Position;
use super::node::{Node, Value};
use super::read::{self, Flaw};
use crate::convert::index;

/// What every such document has on a line of its own.
const KIND: &str = "kind: EndpointPickerConfig";

/// The EndpointPickerConfigs in a ConfigMap with the keys of its data, placed where they stand in `text`, the text that the ConfigMap was read from. Other values are passed over.
pub(super) fn configs(config_map: &Node, text: &str) -> (Vec<(String, Node)>, Vec<Flaw>) {
    let (mut found, mut all_flaws) = (Vec::new(), Vec::new());
    let Some(Value::Map(data)) = config_map.get("data").map(|data| &data.value) else {
        return (found, all_flaws);
    };
    for entry in data {
        let Some(value) = entry.value.text().filter(|value| value.contains("EndpointPickerConfig")) else {
            continue;
        };
        let origin = Origin::of(&entry.value, text);
        let (documents, flaws) = read::documents(value);
        let configs = documents.into_iter().filter(is_endpoint_picker_config);
        let before = found.len();
        found.extend(configs.map(|mut document| {
            origin.place(&mut document);
            (entry.key.clone(), document)
        }));
        // Broken text is reported if it is a configuration, and no template or description of one.
        if found.len() > before || value.lines().any(|line| line.trim_end() == KIND) {
            all_flaws.extend(flaws.into_iter().map(|flaw| Flaw { at: origin.position(flaw.at), ..flaw }));
        }
    }
    (found, all_flaws)
}

/// Where a text that stands in another text begins.
struct Origin {
    start: Position,
    /// The line with the `|` of a block, under which each line stands as it is; `None` for other scalars, whose lines are not those of the outer text.
    block: Option<u32>,
}

impl Origin {
    fn of(value: &Node, text: &str) -> Self {
        let start = value.at;
        let mut above: Vec<&str> = text.lines().take(index(start.line)).collect();
        let line = above.pop().unwrap_or_default();
        let begins_line = line.chars().take(index(start.column).saturating_sub(1)).all(|c| c == ' ');
        let empty = above.iter().rev().take_while(|line| line.trim().is_empty()).count();
        let header = above.len().checked_sub(empty + 1).and_then(|index| above.get(index)).copied();
        let indicator = header.and_then(|header| header.split_ascii_whitespace().last());
        let is_block = begins_line && indicator.is_some_and(|indicator| indicator.starts_with('|'));
        let block = u32::try_from(above.len().saturating_sub(empty)).ok();
        Self { start, block: block.filter(|_| is_block) }
    }

    fn position(&self, inner: Position) -> Position {
        match self.block {
            Some(header) => Position {
                line: header.saturating_add(inner.line),
                column: inner.column.saturating_add(self.start.column).saturating_sub(1),
                end: inner.end.saturating_add(self.start.column).saturating_sub(1),
            },
            None => self.start,
        }
    }

    fn place(&self, node: &mut Node) {
        node.at = self.position(node.at);
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.place(item)),
            Value::Map(entries) => entries.iter_mut().for_each(|entry| {
                entry.at = self.position(entry.at);
                self.place(&mut entry.value);
            }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
apiVersion: v1
kind: ConfigMap
data:
  note.txt: about EndpointPickerConfig
  plugins.yaml: |-

    # comment
    apiVersion: llm-d.ai/v1alpha1
    kind: EndpointPickerConfig
    plugins:
    - type: queue-scorer
  quoted.yaml: \"kind: EndpointPickerConfig\\nplugins: []\"
";

    #[test]
    fn documents_stand_where_they_stand_in_the_outer_text() {
        let (documents, flaws) = read::documents(MAP);
        assert!(flaws.is_empty());
        let (configs, flaws) = configs(&documents[0], MAP);
        assert!(flaws.is_empty(), "{flaws:?}");
        assert_eq!(configs.len(), 2);
        let place = |at: Position| (at.line, at.column);
        assert_eq!(place(configs[0].1.locate("plugins[0].type")), (11, 13));
        assert_eq!(place(configs[1].1.locate("plugins")), (12, 16));
    }

    #[test]
    fn broken_configurations_are_flaws_and_templates_are_not() {
        let text = "kind: ConfigMap\ndata:\n  a.yaml: |\n    kind: EndpointPickerConfig\n    plugins: [\n  b.yaml: |\n    {{ if .x }}\n    kind: EndpointPickerConfig {{ y }}\n";
        let (documents, _) = read::documents(text);
        let (configs, flaws) = configs(&documents[0], text);
        assert!(configs.is_empty());
        assert_eq!(flaws.len(), 1, "{flaws:?}");
        assert!(flaws[0].at.line >= 5, "{flaws:?}");
    }
}
