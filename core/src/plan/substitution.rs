//! A regular expression and what takes the place of its matches, as Envoy's `regex_rewrite` has them (RE2's `GlobalReplace`).

use regex::{Captures, Regex, RegexBuilder};
use serde::Serialize;

use super::re2::stacked_repetition;

/// A pattern with the text that replaces every match of it. In `substitution`, `\1` to `\9` are the groups of the match, `\0` is the whole of it
/// and `\\` a backslash.
#[derive(Clone, Debug, Serialize)]
pub struct Substitution {
    /// The expression, in RE2 syntax. It is searched for; it need not match the whole.
    pub pattern: String,
    /// What replaces each match.
    pub substitution: String,
    #[serde(skip)]
    regex: Regex,
    #[serde(skip)]
    pieces: Box<[Piece]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// Bytes a compiled expression may take, as for those of matches.
const PATTERN_SIZE: usize = 64 << 10;

impl Substitution {
    /// The substitution, or why it cannot be made.
    pub(crate) fn parse(pattern: &str, substitution: &str) -> Result<Self, String> {
        if let Some(stacked) = stacked_repetition(pattern) {
            return Err(format!("`{pattern}` repeats a repetition, `{stacked}`"));
        }
        let regex = RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
        let regex = regex.map_err(|error| format!("`{pattern}` cannot be searched for: {error}"))?;
        let pieces = pieces(substitution)?;
        let last = pieces.iter().filter_map(|piece| match piece {
            Piece::Group(number) => Some(*number),
            Piece::Text(_) => None,
        });
        let groups = regex.captures_len().saturating_sub(1);
        match last.max().filter(|last| *last > groups) {
            Some(last) => Err(format!("`\\{last}` names no group: `{pattern}` has {groups}")),
            None => Ok(Self { pattern: pattern.into(), substitution: substitution.into(), regex, pieces }),
        }
    }

    /// `text` with every match replaced, from left to right; an empty match right behind the last one does not count.
    pub fn apply(&self, text: &str) -> String {
        self.regex.replace_all(text, |found: &Captures<'_>| self.replacement(found)).into_owned()
    }

    fn replacement(&self, found: &Captures<'_>) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            // A group that took no part is empty.
            Piece::Group(number) => found.get(*number).map_or("", |group| group.as_str()),
        });
        pieces.collect()
    }
}

impl PartialEq for Substitution {
    fn eq(&self, other: &Self) -> bool {
        (&self.pattern, &self.substitution) == (&other.pattern, &other.substitution)
    }
}

impl Eq for Substitution {}

fn pieces(substitution: &str) -> Result<Box<[Piece]>, String> {
    let mut pieces = vec![];
    let mut text = String::new();
    let mut rest = substitution.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            text.push(next);
            continue;
        }
        match rest.next() {
            Some('\\') => text.push('\\'),
            Some(digit) if digit.is_ascii_digit() => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.extend(
                    digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).map(Piece::Group),
                );
            }
            _ => {
                return Err(format!(
                    "`{substitution}` has a backslash before neither a digit nor a backslash"
                ));
            }
        }
    }
    pieces.push(Piece::Text(text));
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
    Ok(pieces.into())
}

#[cfg(test)]
mod tests {
    use super::Substitution;

    #[test]
    fn matches_are_replaced_as_re2_replaces_them() {
        // The first four are the examples of Envoy Gateway's HTTPPathModifier.
        let cases = [
            (r"^/service/([^/]+)(/.*)$", r"\2/instance/\1", "/service/foo/v1/api", "/v1/api/instance/foo"),
            ("one", "two", "/xxx/one/yyy/one/zzz", "/xxx/two/yyy/two/zzz"),
            (r"^(.*?)one(.*)$", r"\1two\2", "/xxx/one/yyy/one/zzz", "/xxx/two/yyy/one/zzz"),
            ("(?i)/xxx/", "/yyy/", "/aaa/XxX/bbb", "/aaa/yyy/bbb"),
            ("one", "", "/one", "/"),
            ("b", r"[\0]", "/abba", "/a[b][b]a"),
            ("/", r"\\", "/a/b", r"\a\b"),
            ("(a)|b", r"<\1>", "ab", "<a><>"),
            ("x*", "-", "axb", "-a-b-"),
            ("none", "some", "/a", "/a"),
        ];
        for (pattern, substitution, text, expected) in cases {
            let made = Substitution::parse(pattern, substitution).unwrap();
            assert_eq!(made.apply(text), expected, "{pattern} {substitution} {text}");
        }
    }

    #[test]
    fn what_cannot_be_substituted_is_refused() {
        for (pattern, substitution) in [
            ("(", "a"),
            ("a", r"\1"),
            ("(a)", r"\2"),
            ("a", "\\"),
            ("a", r"\n"),
            ("a{99999}", "b"),
            ("a*+", "b"),
        ] {
            assert!(Substitution::parse(pattern, substitution).is_err(), "{pattern} {substitution}");
        }
    }
}
