//! Rates an endpoint by how well the prompt's length suits the range of lengths that it is meant for: narrow ranges and room above it are better, and
//! whatever is inside is better than anything outside.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::state::LengthRange;

/// The most that an endpoint may rate whose range the length is outside of, and the least of one that it is inside of.
const OUTSIDE: f64 = 0.3;

#[inline]
pub(super) fn rate(label: &str, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let column = facts.members.columns.get(label);
    let length = facts.prompt_tokens;
    candidates.rate_each(ratings, |position| {
        Some(match column.and_then(|column| column.range_at(position)) {
            None => 0.5,
            Some(None) => 0.0,
            Some(Some(range)) => of_length(length, range),
        })
    });
}

fn of_length(length: u32, range: LengthRange) -> f64 {
    let LengthRange { min, max } = range;
    if !range.contains(length) {
        let distance = if length > max { length - max } else { min - length };
        return OUTSIDE / (1.0 + f64::from(distance) / 1000.0);
    }
    let width = f64::from(max - min);
    if width == 0.0 {
        return 1.0;
    }
    let raw = 0.7 / (1.0 + width / 10_000.0) + 0.3 * (f64::from(max - length) / width);
    OUTSIDE + raw * (1.0 - OUTSIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_beats_outside_and_both_fall_with_distance() {
        let range = LengthRange { min: 1000, max: 11_000 };
        assert_eq!(of_length(11_000, range), 0.3 + 0.35 * 0.7);
        assert_eq!(of_length(1000, range), 0.3 + (0.35 + 0.3) * 0.7);
        assert_eq!(of_length(12_000, range), 0.15);
        assert_eq!(of_length(0, range), 0.15);
        assert_eq!(of_length(u32::MAX, LengthRange { min: 0, max: 0 }), 0.3 / (1.0 + 4_294_967.295));
        assert_eq!(of_length(7, LengthRange { min: 7, max: 7 }), 1.0);
        assert!((0..30_000).all(|length| (0.0..=1.0).contains(&of_length(length, range))));
        let widest = LengthRange { min: 0, max: u32::MAX };
        assert!(of_length(5, widest) > OUTSIDE && of_length(u32::MAX, widest) > OUTSIDE);
    }
}
