//! Diagnostics as a compiler prints them.

use super::lines::{Excerpt, Lines};
use crate::convert::index;
use crate::manifest::{Diagnostic, Severity};

/// Characters of a source line that are shown; of longer ones, the part around the column.
const WIDEST: usize = 160;

/// What a piece of a printed diagnostic is, so that a terminal may colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Words and source lines.
    Plain,
    /// The message.
    Strong,
    /// What frames the rest: arrows, line numbers, bars.
    Frame,
    /// The severity with its code, and what underlines the place.
    Severity(Severity),
}

impl Style {
    /// The name, for example `frame` or `warning`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Strong => "strong",
            Self::Frame => "frame",
            Self::Severity(severity) => severity.as_str(),
        }
    }
}

/// Diagnostics in pieces, with an empty line between two.
#[derive(Default)]
pub(super) struct Pieces(Vec<(Style, String)>);

impl Pieces {
    pub(super) fn diagnostic(&mut self, found: &Diagnostic, lines: Option<&Lines<'_>>) {
        if !self.0.is_empty() {
            self.put(Style::Plain, "\n");
        }
        let severity = Style::Severity(found.severity());
        self.put(severity, &format!("{}[{}]", found.severity(), found.code()));
        self.put(Style::Strong, &format!(": {}\n", printable(found.message())));
        let margin = " ".repeat(found.line().to_string().len());
        self.put(Style::Frame, &format!("{margin}--> "));
        let (line, column) = (found.line(), found.column());
        self.put(Style::Plain, &format!("{}:{line}:{column}\n", printable(found.file())));
        if let Some(excerpt) = lines.and_then(|lines| lines.excerpt(line, column, WIDEST)) {
            self.put(Style::Frame, &format!("{margin} |\n{line} | "));
            self.put(Style::Plain, &format!("{}\n", printable(excerpt.shown)));
            self.put(Style::Frame, &format!("{margin} | "));
            let width = found.end_column().saturating_sub(column);
            self.put(severity, &format!("{}\n", underline(&excerpt, width)));
        }
        let place = [found.object(), found.field()].map(printable).join(" ");
        let notes = [("in", place.trim()), ("help", &printable(found.help())), ("docs", found.code().docs())];
        for (label, note) in notes.into_iter().filter(|(_, note)| !note.is_empty()) {
            self.put(Style::Frame, &format!("{margin} = "));
            self.put(Style::Plain, &format!("{label}: {note}\n"));
        }
    }

    pub(super) fn finish(self) -> Vec<(Style, String)> {
        self.0
    }

    fn put(&mut self, style: Style, text: &str) {
        self.0.push((style, text.to_owned()));
    }
}

/// What stands under the source line: carets from the column on, at least one, at most to the end of what is shown.
fn underline(excerpt: &Excerpt<'_>, width: u32) -> String {
    // Tabs stay tabs, so that the caret stands under its character however wide they are.
    let mut line: String =
        excerpt.shown.chars().take(excerpt.before).map(|c| if c == '\t' { c } else { ' ' }).collect();
    let left = excerpt.shown.chars().skip(excerpt.before).count();
    let width = index(width).min(left).max(1);
    line.extend(std::iter::repeat_n('^', width));
    line
}

/// The text without what would steer a terminal or turn the direction of writing: a manifest may come from a stranger.
fn printable(text: &str) -> String {
    let is_safe = |c: char| {
        c == '\t' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    text.chars().map(|c| if is_safe(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_its_character() {
        for (line, column, end, expected) in [
            ("abc", 2, 4, " ^^"),
            ("\tabc", 2, 3, "\t^"),
            ("abc", 4, 9, "   ^"),
            ("", 1, 0, "^"),
            ("ab", 2, 1, " ^"),
        ] {
            let excerpt = Lines::of(line).excerpt(1, column, WIDEST).unwrap();
            assert_eq!(underline(&excerpt, u32::saturating_sub(end, column)), expected, "{line:?}");
        }
    }

    #[test]
    fn nothing_of_a_manifest_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c\td\n"), "a\u{fffd}[31mb\u{fffd}c\td\u{fffd}");
    }
}
