//! Regular expressions that must match a whole value.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};

/// An expression, with what every value that it matches begins and ends with.
///
/// Most values differ in their first or last bytes from what an expression asks for. Comparing those costs a twentieth of asking the automaton.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    beginning: Box<[u8]>,
    end: Box<[u8]>,
    regex: Regex,
}

impl Pattern {
    /// Compiles `text` so that it must match the whole value, as Envoy's `safe_regex` does. Anchored here, because checking the span after a search
    /// misses alternatives that match further.
    pub(crate) fn new(text: &str, size_limit: usize) -> Result<Self, regex::Error> {
        let compile = |text: &str| RegexBuilder::new(text).size_limit(size_limit).build();
        // By itself first: `a)(b` must not become valid inside the group.
        compile(text)?;
        let regex = compile(&format!("^(?:{text})$"))?;
        let literals = |kind| literals(text, kind);
        let common = |part: Option<&[u8]>| part.unwrap_or_default().into();
        let beginning = common(
            literals(ExtractKind::Prefix)
                .and_then(|seq| seq.longest_common_prefix().map(<[u8]>::to_vec))
                .as_deref(),
        );
        let end = common(
            literals(ExtractKind::Suffix)
                .and_then(|seq| seq.longest_common_suffix().map(<[u8]>::to_vec))
                .as_deref(),
        );
        Ok(Self { beginning, end, regex })
    }

    pub(crate) fn is_match(&self, value: &[u8]) -> bool {
        value.starts_with(&self.beginning) && value.ends_with(&self.end) && self.regex.is_match(value)
    }
}

/// What matches of an expression begin or end with; `None` where that is too much to list.
fn literals(text: &str, kind: ExtractKind) -> Option<Seq> {
    let parsed = regex_syntax::ParserBuilder::new().utf8(false).build().parse(text).ok()?;
    let mut extractor = Extractor::new();
    extractor.kind(kind);
    Some(extractor.extract(&parsed)).filter(Seq::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_and_ends_are_found() {
        let cases = [
            ("gpt-4.*", "gpt-4", ""),
            ("gpt-(4|4o)-mini", "gpt-4", "-mini"),
            (".*-preview", "", "-preview"),
            ("(?i)gpt", "", ""),
            ("a|b", "", ""),
            ("ab?c", "a", "c"),
            ("llama-[0-9]+b", "llama-", "b"),
            ("", "", ""),
            ("x*", "", ""),
            ("^gold$", "gold", "gold"),
            ("(?:a|ab)c", "a", "c"),
        ];
        for (text, beginning, end) in cases {
            let pattern = Pattern::new(text, 1 << 20).unwrap();
            assert_eq!(
                (&*pattern.beginning, &*pattern.end),
                (beginning.as_bytes(), end.as_bytes()),
                "{text}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_compared_first_changes_no_answer(
            text in "[ab]{0,2}(\\.|\\.\\*|[ab]\\?|[ab]\\+|\\([ab]{1,2}\\|[ab]{0,2}\\)|\\[ab\\]|\\(\\?i\\)|\\^|\\$|\\\\b){0,3}[ab]{0,2}",
            value in "[abAB]{0,6}",
        ) {
            if let Ok(pattern) = Pattern::new(&text, 1 << 20) {
                proptest::prop_assert_eq!(
                    pattern.is_match(value.as_bytes()),
                    pattern.regex.is_match(value.as_bytes()),
                    "{} on {}", text, value
                );
            }
        }
    }
}
