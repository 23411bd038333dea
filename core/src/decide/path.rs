//! The parts of a request's path: before `?`, by segments, and the query.

/// The path up to `?`.
pub(super) fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}

/// The first `segments` segments of the path, `/a/b` of `/a/b/c` for 2; `None` where it has fewer.
pub(super) fn prefix(path: &str, segments: usize) -> Option<&str> {
    let path = without_query(path);
    let rest = path.strip_prefix('/')?;
    let mut ends = rest.match_indices('/').map(|(at, _)| at + 1).chain(std::iter::once(path.len()));
    path.get(..ends.nth(segments.checked_sub(1)?)?)
}

/// The first value of a query parameter, as it stands; empty for a parameter without `=`.
pub(super) fn query_value<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let (_, query) = path.split_once('?')?;
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_end_between_segments() {
        let cases = [
            ("/v2", 1, Some("/v2")),
            ("/v2/", 1, Some("/v2")),
            ("/v2/x?y=/z", 1, Some("/v2")),
            ("/v2/x", 2, Some("/v2/x")),
            ("/v2", 2, None),
            ("/v2/", 2, Some("/v2/")),
            ("", 1, None),
            ("x/y", 1, None),
            ("/", 1, Some("/")),
        ];
        for (path, segments, expected) in cases {
            assert_eq!(prefix(path, segments), expected, "{path} {segments}");
        }
    }

    #[test]
    fn the_first_of_equal_parameters_counts() {
        assert_eq!(query_value("/p?a=1&b&a=2&c=x=y", "a"), Some("1"));
        assert_eq!(query_value("/p?a=1&b&a=2&c=x=y", "b"), Some(""));
        assert_eq!(query_value("/p?a=1&b&a=2&c=x=y", "c"), Some("x=y"));
        assert_eq!(query_value("/p?A=1", "a"), None);
        assert_eq!(query_value("/p", "a"), None);
    }
}
