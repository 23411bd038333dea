//! Which of the names that exist somebody may have meant.

/// Of `names` the one nearest to `wrong`, the first of several; `None` where none is near.
///
/// Near: at most one slip in a name of three or four letters, two in a longer one. A slip is a letter too many, too few, another one, or two that
/// changed places (F. J. Damerau, "A technique for computer detection and correction of spelling errors", 1964). Case does not count.
///
/// Cost: linear in the names, and in their lengths where they are alike.
pub(crate) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most: usize = match wrong.len() {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    let mut found = None;
    // Of equally near names the first stays: the next must be nearer.
    let mut limit = Some(most);
    for name in names {
        let Some(allowed) = limit else { break };
        if let Some(slips) = slips(wrong.as_bytes(), name.as_bytes(), allowed) {
            found = Some(name);
            limit = slips.checked_sub(1);
        }
    }
    found
}

/// `help`, after the question whether the nearest of `names` was meant.
pub(crate) fn with_nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>, help: &str) -> String {
    nearest(wrong, names).map_or_else(|| help.to_owned(), |name| format!("did you mean `{name}`? {help}"))
}

/// How many slips lie between two words, `None` where more than `most`.
fn slips(left: &[u8], right: &[u8], most: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) > most {
        return None;
    }
    (0..=most).find(|limit| within(left, right, *limit))
}

/// Whether so many slips turn one word into the other. Looks at each position once for each way of making `limit` slips, of which there are few.
fn within(left: &[u8], right: &[u8], limit: usize) -> bool {
    let common = left.iter().zip(right).take_while(|(l, r)| l.eq_ignore_ascii_case(r)).count();
    let (left, right) = (left.get(common..).unwrap_or_default(), right.get(common..).unwrap_or_default());
    let ([l, left_rest @ ..], [r, right_rest @ ..]) = (left, right) else {
        return left.len().max(right.len()) <= limit;
    };
    let Some(limit) = limit.checked_sub(1) else { return false };
    let have_changed_places = |left_rest: &[u8], right_rest: &[u8]| match (left_rest, right_rest) {
        ([l2, left_rest @ ..], [r2, right_rest @ ..]) => {
            l.eq_ignore_ascii_case(r2) && l2.eq_ignore_ascii_case(r) && within(left_rest, right_rest, limit)
        }
        _ => false,
    };
    within(left_rest, right_rest, limit)
        || within(left_rest, right, limit)
        || within(left, right_rest, limit)
        || have_changed_places(left_rest, right_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let names = ["backendRefs", "matches", "name", "gpus", "cloud-east", "cloud-west"];
        for (wrong, expected) in [
            ("backendRef", Some("backendRefs")),
            ("backendrefs", Some("backendRefs")),
            ("bakcendRefs", Some("backendRefs")),
            ("match", Some("matches")),
            ("nmae", Some("name")),
            ("names", Some("name")),
            ("nm", None),
            ("gups", Some("gpus")),
            ("cloud-wets", Some("cloud-west")),
            ("cloud", None),
            ("", None),
            ("filters", None),
        ] {
            assert_eq!(nearest(wrong, names), expected, "{wrong}");
        }
    }

    #[test]
    fn the_first_of_equally_near_names_is_named() {
        assert_eq!(nearest("vllm-x", ["vllm-1", "vllm-2"]), Some("vllm-1"));
        assert_eq!(nearest("vllm-x", ["vllm-10", "vllm-2"]), Some("vllm-2"));
    }

    /// The slow definition: a table of all prefixes.
    fn table(left: &[u8], right: &[u8]) -> usize {
        let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
        for i in 0..=left.len() {
            for j in 0..=right.len() {
                rows[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let other = usize::from(left[i - 1] != right[j - 1]);
                    let mut least =
                        (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + other);
                    if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        rows[left.len()][right.len()]
    }

    proptest::proptest! {
        #[test]
        fn slips_are_those_of_the_table(left in "[abc]{0,7}", right in "[abc]{0,7}") {
            let all = table(left.as_bytes(), right.as_bytes());
            proptest::prop_assert_eq!(slips(left.as_bytes(), right.as_bytes(), 2), (all <= 2).then_some(all));
        }
    }

    #[test]
    fn long_names_that_are_alike_cost_little() {
        let (left, right) = (format!("{}xyz", "a".repeat(250)), format!("{}xyz", "a".repeat(249)));
        for _ in 0..10_000 {
            assert_eq!(slips(left.as_bytes(), right.as_bytes(), 2), Some(1));
        }
    }
}
