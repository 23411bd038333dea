//! What RE2, in which routes write expressions, refuses although the `regex` crate takes it.

/// An operator of repetition that stands right behind another one, as in `a**`. In RE2 and Go that is an error, not a repetition of a repetition.
pub(crate) fn stacked_repetition(pattern: &str) -> Option<&str> {
    let mut at = 0;
    let mut after_operator = None;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let length = operator(rest);
        if length > 0 {
            if let Some(first) = after_operator {
                return pattern.get(first..at + length);
            }
            after_operator = Some(at);
            // A `?` right behind makes it lazy.
            at += length + usize::from(rest.get(length..).is_some_and(|rest| rest.starts_with('?')));
        } else {
            after_operator = None;
            at += atom(rest);
        }
    }
    None
}

/// The length of the operator of repetition that a text begins with; 0 where it begins with none.
fn operator(text: &str) -> usize {
    if text.starts_with(['*', '+', '?']) {
        return 1;
    }
    let Some((counts, _)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return 0 };
    let is_count = counts.starts_with(|c: char| c.is_ascii_digit())
        && counts.chars().all(|c| c.is_ascii_digit() || c == ',');
    if is_count { counts.len() + 2 } else { 0 }
}

/// The length of what else a text begins with: a class, an escape, the head of a group, or one character.
fn atom(text: &str) -> usize {
    let mut characters = text.char_indices();
    match characters.next() {
        Some((_, '\\')) => characters.next().map_or(text.len(), |(at, c)| at + c.len_utf8()),
        Some((_, '[')) => class(text),
        // `(?:`, `(?i)`, `(?P<name>`: this `?` repeats nothing.
        Some((_, '(')) if text.starts_with("(?") => 2,
        Some((_, c)) => c.len_utf8(),
        None => 0,
    }
}

/// The length of a class such as `[^]a[:digit:]]`.
fn class(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    let mut is_first = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ']' if is_first => {}
            '^' if is_first => continue,
            '[' => {
                depth += 1;
                is_first = true;
                continue;
            }
            ']' if depth == 1 => return at + 1,
            ']' => depth -= 1,
            _ => {}
        }
        is_first = false;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::stacked_repetition;

    #[test]
    fn repetitions_of_repetitions_are_found() {
        for (pattern, found) in [
            ("a**", Some("**")),
            ("\"([a-z]+)\"*+?", Some("*+")),
            ("a*??", Some("*??")),
            ("(a)+{2}", Some("+{2}")),
            ("a{2}{3,}", Some("{2}{3,}")),
            ("[a]?+", Some("?+")),
            ("(a*)*", None),
            ("a*?b+?", None),
            ("(?:a)?(?i)b", None),
            (r"\**", None),
            (r"a\*+", None),
            ("[*+]+", None),
            ("[]*+]a", None),
            ("[^]*+]a", None),
            ("[[:alpha:]*+]?", None),
            ("a*|*", None),
            ("", None),
            ("a{,2}+", None),
            ("é*é", None),
        ] {
            assert_eq!(stacked_repetition(pattern), found, "{pattern}");
        }
    }
}
