//! Rates an endpoint by where one of its attributes lies in a range.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::Normalization;
use crate::signals::attribute_key;

#[inline]
pub(super) fn rate(
    attribute: &str,
    less_is_better: bool,
    normalization: Normalization,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let key = attribute_key(attribute);
    let of = |position| facts.cell(position).and_then(|cell| cell.attribute(key, facts.oldest));
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    match normalization {
        Normalization::Fixed { min: least, max: most } => (min, max) = (least, most),
        Normalization::Adaptive => candidates.for_each(|position| {
            if let Some(value) = of(position) {
                min = min.min(value);
                max = max.max(value);
            }
        }),
    }
    candidates
        .rate_each(ratings, |position| of(position).map(|value| of_value(value, min, max, less_is_better)));
}

/// Where `value` lies between `min` and `max`, 1 where those are no range.
fn of_value(value: f64, min: f64, max: f64, less_is_better: bool) -> f64 {
    // Halves, because the distance between two finite numbers may not be finite.
    let range = max * 0.5 - min * 0.5;
    if range.is_nan() || range <= 0.0 {
        return 1.0;
    }
    let place = ((value * 0.5 - min * 0.5) / range).clamp(0.0, 1.0);
    if less_is_better { 1.0 - place } else { place }
}

#[cfg(test)]
mod tests {
    use super::of_value;

    #[test]
    fn places_in_a_range() {
        assert_eq!(of_value(3.0, 1.0, 5.0, false), 0.5);
        assert_eq!(of_value(2.0, 1.0, 5.0, true), 0.75);
        assert_eq!((of_value(-9.0, 1.0, 5.0, true), of_value(9.0, 1.0, 5.0, true)), (1.0, 0.0));
        assert_eq!(of_value(7.0, 7.0, 7.0, true), 1.0);
        assert_eq!(of_value(7.0, f64::NAN, 7.0, true), 1.0);
        assert_eq!(of_value(f64::MAX, -f64::MAX, f64::MAX, false), 1.0);
        assert_eq!(of_value(0.0, -f64::MAX, f64::MAX, false), 0.5);
    }
}
