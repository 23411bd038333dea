//! The lines of a text and the characters in them, found without walking the text again for each.

/// So many characters lie between two marks: what a look-up walks at most.
const STEP: usize = 256;

/// A text with the places of its lines and of every so many-th character.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Of each line the byte and the character it starts with.
    starts: Vec<(usize, usize)>,
    /// The byte of each character whose number is a multiple of `STEP`.
    marks: Vec<usize>,
}

/// A part of a line around a column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt<'t> {
    pub(super) shown: &'t str,
    /// How many characters of `shown` stand before the column.
    pub(super) before: usize,
    /// Whether `shown` is the whole line.
    pub(super) is_whole: bool,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut lines = Self { text, starts: vec![(0, 0)], marks: Vec::new() };
        let mut characters = text.char_indices().enumerate().peekable();
        while let Some((number, (byte, character))) = characters.next() {
            if number.is_multiple_of(STEP) {
                lines.marks.push(byte);
            }
            // YAML breaks lines at LF, CR LF and CR.
            let is_cr_of_crlf =
                character == '\r' && characters.peek().is_some_and(|(_, (_, next))| *next == '\n');
            if character == '\n' || (character == '\r' && !is_cr_of_crlf) {
                lines.starts.push((byte + 1, number + 1));
            }
        }
        lines
    }

    /// At most `widest` characters of a line, those around `column`. `None` where there is no such line. Both count from 1.
    pub(super) fn excerpt(&self, line: u32, column: u32, widest: usize) -> Option<Excerpt<'t>> {
        let line = usize::try_from(line).ok()?.checked_sub(1)?;
        let (byte, first) = *self.starts.get(line)?;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |(byte, _)| *byte);
        let whole = self.text.get(byte..end)?.trim_end_matches(['\n', '\r']);
        let column = usize::try_from(column).ok()?.saturating_sub(1);
        // A short line is shown whole; only of others characters need to be counted.
        let is_short = whole.len() <= widest || whole.chars().nth(widest).is_none();
        let start = if is_short { 0 } else { column.saturating_sub(widest / 2) };
        let from = self.byte(first.saturating_add(start)).clamp(byte, byte + whole.len());
        let rest = self.text.get(from..byte + whole.len())?;
        let until = rest.char_indices().nth(widest).map_or(rest.len(), |(at, _)| at);
        let shown = rest.get(..until)?;
        Some(Excerpt {
            shown,
            before: column.saturating_sub(start).min(shown.chars().count()),
            is_whole: is_short,
        })
    }

    /// The byte of a character, by its number in the text.
    fn byte(&self, number: usize) -> usize {
        let Some(mark) = self.marks.get(number / STEP) else { return self.text.len() };
        let rest = self.text.get(*mark..).unwrap_or_default();
        rest.char_indices().nth(number % STEP).map_or(self.text.len(), |(at, _)| mark + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, line: u32, column: u32, widest: usize) -> Option<(&str, usize)> {
        Lines::of(text).excerpt(line, column, widest).map(|excerpt| (excerpt.shown, excerpt.before))
    }

    #[test]
    fn lines_end_as_yaml_ends_them() {
        for (line, expected) in [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "")] {
            assert_eq!(shown("a\nb\r\nc\rd\n", line, 1, 80), Some((expected, 0)));
        }
        assert_eq!(shown("a\n", 3, 1, 80), None);
        assert_eq!(shown("", 0, 0, 80), None);
        assert_eq!(shown("", 1, 1, 80), Some(("", 0)));
    }

    #[test]
    fn columns_count_characters_and_stop_at_the_end() {
        assert_eq!(shown("äöü: x", 1, 4, 80), Some(("äöü: x", 3)));
        assert_eq!(shown("äöü", 1, u32::MAX, 80), Some(("äöü", 3)));
    }

    #[test]
    fn of_a_long_line_the_part_around_the_column_is_shown() {
        let text = format!("first\n{}X{}\nlast", "ä".repeat(1_000), "ö".repeat(1_000));
        let (part, before) = shown(&text, 2, 1_001, 160).unwrap();
        assert_eq!((part.chars().count(), part.chars().nth(before)), (160, Some('X')));
        assert_eq!(shown(&text, 2, 5_000, 160), Some(("", 0)));
        assert_eq!(shown(&text, 3, 1, 160), Some(("last", 0)));
    }

    #[test]
    fn places_in_one_huge_line_are_found_at_once() {
        let text = "é".repeat(4 << 20);
        let lines = Lines::of(&text);
        for column in (1..=4 << 20).step_by(211) {
            assert_eq!(lines.excerpt(1, column, 160).map(|excerpt| excerpt.shown.is_empty()), Some(false));
        }
    }
}
