//! Text to nodes: YAML (and so JSON) documents with positions, within limits, whatever the text holds.
//!
//! Reading goes on with the next document after a broken one, so that one run names every problem.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};

use super::code::Code;
use super::diagnostic::Position;
use super::node::{Entry, Node, Value};
use crate::convert::number;

/// Limits on one text. Real bundles of manifests stay far below them; a hostile text is refused before it costs much.
pub(crate) const MAX_BYTES: usize = 8 << 20;
const MAX_DEPTH: usize = 100;
const MAX_NODES: usize = 500_000;
const MAX_ALIASED_NODES: usize = 10_000;
const MAX_DOCUMENTS: usize = 4_096;

/// A problem before the file and the object are known.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) code: Code,
    pub(crate) at: Position,
    pub(crate) message: String,
    pub(crate) help: &'static str,
}

/// All documents of a text that can be read, and what is wrong with the others.
pub(crate) fn documents(text: &str) -> (Vec<Node>, Vec<Flaw>) {
    if text.len() > MAX_BYTES {
        let message = format!("the text has {} bytes, more than the {MAX_BYTES} that are read", text.len());
        return (Vec::new(), vec![limit(Position { line: 1, column: 1, end: 2 }, message)]);
    }
    let mut reader = Reader {
        documents: Vec::new(),
        flaws: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        aliased: 0,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let outcome = match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => reader.take(event, place(&span)),
            Err(error) => {
                reader.abandon(scan_flaw(&error));
                matches!(parser.proceed_next_document(), Ok(true)).then_some(()).ok_or(Stop)
            }
        };
        if outcome.is_err() {
            break;
        }
    }
    (reader.documents, reader.flaws)
}

/// Nothing more is read from this text.
struct Stop;

struct Reader {
    documents: Vec<Node>,
    flaws: Vec<Flaw>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    aliased: usize,
}

/// A collection whose end has not been seen.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<(String, Position)>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.open.clear();
                if self.documents.len() >= MAX_DOCUMENTS {
                    return self.stop(at, format!("more than {MAX_DOCUMENTS} documents"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text =
                    style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let value = if is_text { Value::Text(text.into_owned()) } else { Value::of_plain(&text) };
                return self.place(Node { value, at }, anchor);
            }
            Event::SequenceStart(_, anchor, _) => return self.enter(Value::List(Vec::new()), anchor, at),
            Event::MappingStart(_, anchor, _) => return self.enter(Value::Map(Vec::new()), anchor, at),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut closed) = self.open.pop() {
                    if let Value::Map(entries) = &mut closed.node.value {
                        self.refuse_repeated(entries);
                        merge(entries);
                    }
                    return self.place(closed.node, closed.anchor);
                }
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return self.stop(at, "an alias refers to the collection it is part of".to_owned());
                };
                self.aliased = self.aliased.saturating_add(node.size());
                if self.aliased > MAX_ALIASED_NODES {
                    return self.stop(at, format!("aliases repeat more than {MAX_ALIASED_NODES} values"));
                }
                let node = Node { at, ..node.clone() };
                return self.place(node, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn enter(&mut self, empty: Value, anchor: usize, at: Position) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            return self.stop(at, format!("collections nest deeper than {MAX_DEPTH}"));
        }
        self.open.push(Open { node: Node { value: empty, at }, anchor, key: None });
        Ok(())
    }

    /// Puts a finished node where it belongs: into the innermost open collection, or among the documents.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.stop(node.at, format!("more than {MAX_NODES} values"));
        }
        if anchor != 0 {
            // The copy counts: nested anchors would otherwise multiply the text by the depth.
            self.nodes += node.size();
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.key.take() {
                None => open.key = Some((key_text(&node.value), node.at)),
                Some((key, at)) => entries.push(Entry { key, at, value: node }),
            },
            _ => {}
        }
        Ok(())
    }

    /// Keeps the first of entries with equal keys and names the others.
    fn refuse_repeated(&mut self, entries: &mut Vec<Entry>) {
        let mut lines: HashMap<String, u32> = HashMap::with_capacity(entries.len());
        entries.retain(|entry| {
            let Some(first) = lines.get(&entry.key) else {
                lines.insert(entry.key.clone(), entry.at.line);
                return true;
            };
            let message = format!("key `{}` stands twice in one mapping, first on line {first}", entry.key);
            self.flaws.push(Flaw {
                code: Code::DuplicateKey,
                at: entry.at,
                message,
                help: "keep one of the two entries",
            });
            false
        });
    }

    fn abandon(&mut self, flaw: Flaw) {
        self.open.clear();
        self.flaws.push(flaw);
    }

    fn stop(&mut self, at: Position, message: String) -> Result<(), Stop> {
        self.abandon(limit(at, message));
        Err(Stop)
    }
}

/// Resolves a YAML 1.1 merge key, which Kubernetes tools accept: entries of `<<` stand in where the mapping has none of its own.
fn merge(entries: &mut Vec<Entry>) {
    let Some(position) = entries.iter().position(|entry| entry.key == "<<") else { return };
    let source = entries.remove(position).value;
    let sources = if let Value::List(items) = source.value { items } else { vec![source] };
    let mut own: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for source in sources {
        let Value::Map(inherited) = source.value else { continue };
        entries.extend(inherited.into_iter().filter(|entry| own.insert(entry.key.clone())));
    }
}

fn key_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        // No schema has such a key; it is passed over like any unknown field.
        Value::List(_) | Value::Map(_) => "(collection)".to_owned(),
    }
}

fn scan_flaw(error: &ScanError) -> Flaw {
    let at = position(error.marker());
    let message = error.info();
    if message.contains("nest") || message.contains("limit") {
        return limit(at, message);
    }
    Flaw {
        code: Code::Syntax,
        at,
        message,
        help: "correct the YAML here; indent with spaces and quote text that starts with a special character",
    }
}

fn limit(at: Position, message: String) -> Flaw {
    Flaw {
        code: Code::Limit,
        at,
        message,
        help: "split the text into smaller files, or leave out what does not concern routing",
    }
}

/// Where an event stands; of one that goes over several lines, its first character.
fn place(span: &Span) -> Position {
    let start = position(&span.start);
    let end = position(&span.end);
    if end.line == start.line { Position { end: end.column.max(start.end), ..start } } else { start }
}

fn position(marker: &Marker) -> Position {
    let column = number(marker.col()).saturating_add(1);
    Position { line: number(marker.line()), column, end: column.saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_one() {
        let (documents, flaws) = documents("a: 1\nb:\n  - x\n  - y\n");
        assert!(flaws.is_empty());
        assert_eq!(documents[0].locate("b[1]"), Position { line: 4, column: 5, end: 6 });
        assert_eq!(documents[0].locate("b[7].c"), Position { line: 3, column: 3, end: 4 });
    }

    #[test]
    fn a_broken_document_does_not_hide_the_next() {
        let (documents, flaws) = documents("a: [1\n---\nb: 2\n---\nc: : :\n---\nd: 4\n");
        assert_eq!(flaws.len(), 2, "{flaws:?}");
        assert_eq!(documents.len(), 2);
        assert_eq!(flaws[0].code, Code::Syntax);
    }

    #[test]
    fn json_with_tabs_is_read() {
        let (documents, flaws) = documents("{\n\t\"a\": {\n\t\t\"b\":\t[1, true, null]\n\t}\n}");
        assert!(flaws.is_empty(), "{flaws:?}");
        assert_eq!(documents[0].get("a").and_then(|a| a.get("b")).map(|b| b.items().len()), Some(3));
    }

    #[test]
    fn bombs_are_refused() {
        let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for i in 1..12 {
            laughs += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(","));
        }
        let deep = "[".repeat(5_000);
        let block: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        for text in [laughs, deep, block, " ".repeat(MAX_BYTES + 1), "---\na\n".repeat(MAX_DOCUMENTS + 5)] {
            let (_, flaws) = documents(&text);
            assert_eq!(flaws.first().map(|flaw| flaw.code), Some(Code::Limit), "{flaws:?}");
        }
    }

    #[test]
    fn a_key_twice_is_a_flaw_at_the_second() {
        let (_, flaws) = documents("a: 1\nb: 2\na: 3\n");
        assert_eq!(
            (flaws[0].code, flaws[0].at),
            (Code::DuplicateKey, Position { line: 3, column: 1, end: 2 })
        );
    }

    #[test]
    fn merge_keys_stand_in() {
        let (documents, flaws) = documents("base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\n");
        assert!(flaws.is_empty());
        let used = documents[0].get("use").unwrap();
        assert!(matches!(used.get("a").unwrap().value, Value::Int(1)));
        assert!(matches!(used.get("b").unwrap().value, Value::Int(3)));
    }
}
