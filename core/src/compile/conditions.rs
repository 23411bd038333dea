//! The tests that a match makes, by themselves: which entries count, which expressions compile.

use super::report::Report;
use super::route::{PathTest, Route, RouteMatch};
use crate::manifest::{Code, MatchType, ValueMatchWire};
use crate::plan::{Pattern, Test, stacked_repetition};

/// Bytes a compiled expression may take. Repetitions of repetitions exceed it at once instead of after much work.
const PATTERN_SIZE: usize = 64 << 10;

/// The tests of one match. Of entries with equal names only the first is here.
pub(super) struct MatchTests {
    pub(super) path: Option<Result<PathKind, Pattern>>,
    pub(super) method: Option<String>,
    /// By name in lower case.
    pub(super) headers: Vec<(String, Test)>,
    pub(super) query: Vec<(String, Test)>,
}

/// A path that is compared by its bytes.
pub(super) enum PathKind {
    Exact(String),
    /// With this many segments.
    Prefix(usize, String),
}

/// The tests of a match; what cannot be tested is reported.
pub(super) fn tests_of(
    route: &Route<'_>,
    (r, m): (usize, usize),
    one: &RouteMatch<'_>,
    report: &mut Report,
) -> MatchTests {
    let mut reader = Reader { route, at: format!("spec.rules[{r}].matches[{m}]"), report };
    let path = match &one.path {
        PathTest::Unknown { .. } => None,
        PathTest::Prefix(prefix) if prefix.is_empty() => None,
        PathTest::Prefix(prefix) => Some(Ok(PathKind::Prefix(prefix.matches('/').count(), prefix.clone()))),
        PathTest::Exact(path) => Some(Ok(PathKind::Exact(path.clone()))),
        PathTest::Pattern { expression, .. } => reader.pattern(expression, "path.value").map(Err),
    };
    MatchTests {
        path,
        method: one.method.map(str::to_owned),
        headers: reader.values(one.headers, "headers", str::to_ascii_lowercase),
        query: reader.values(one.query, "queryParams", str::to_owned),
    }
}

struct Reader<'a> {
    route: &'a Route<'a>,
    at: String,
    report: &'a mut Report,
}

impl Reader<'_> {
    /// The entries of a list that count, under the name by which they compare.
    fn values(
        &mut self,
        wires: &[ValueMatchWire],
        list: &str,
        name_of: fn(&str) -> String,
    ) -> Vec<(String, Test)> {
        let mut seen: Vec<String> = Vec::with_capacity(wires.len());
        let mut tests = Vec::with_capacity(wires.len());
        for (position, wire) in wires.iter().enumerate() {
            let name = name_of(&wire.name);
            if seen.contains(&name) {
                let message =
                    format!("`{}` stands twice in this match; only the first entry counts", wire.name);
                let help = "drop the entry, or write a second match if either value will do";
                let path = format!("{}.{list}[{position}].name", self.at);
                self.report.add(self.route.source, Code::RepeatedHeader, &path, message, help);
                continue;
            }
            seen.push(name.clone());
            let test = match MatchType::parse(wire.kind.as_deref()) {
                // Reported by the checks.
                None => continue,
                Some(MatchType::Exact) => Some(Test::Exact(wire.value.as_bytes().into())),
                Some(MatchType::RegularExpression) => {
                    self.pattern(&wire.value, &format!("{list}[{position}].value")).map(Test::Pattern)
                }
            };
            tests.extend(test.map(|test| (name, test)));
        }
        tests
    }

    /// An expression that must match the whole value.
    fn pattern(&mut self, text: &str, field: &str) -> Option<Pattern> {
        if let Some(stacked) = stacked_repetition(text) {
            let message = format!("the expression repeats a repetition, `{stacked}`, which RE2 refuses");
            let help = "put the inner repetition in a group, or drop one of the two";
            self.report.add(
                self.route.source,
                Code::BadPattern,
                &format!("{}.{field}", self.at),
                message,
                help,
            );
            return None;
        }
        match Pattern::new(text, PATTERN_SIZE) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let help =
                    "write RE2 syntax, without look-around or back references, and keep repetitions small";
                let path = format!("{}.{field}", self.at);
                self.report.add(self.route.source, Code::BadPattern, &path, error.to_string(), help);
                None
            }
        }
    }
}
