//! Durations as Gateway API writes them: one to four numbers, each with its unit.

use crate::units::Nanos;

/// `1h30m`, `90s`, `250ms`; `None` for anything else. GEP-2257.
pub(super) fn duration(text: &str) -> Option<Nanos> {
    let mut total = 0u64;
    let mut rest = text;
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=5).contains(digits))?;
        let (number, after) = rest.split_at(digits);
        let unit_len = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        let millis: u64 = match unit {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        total += number.parse::<u64>().ok()? * millis;
        rest = after;
        parts += 1;
    }
    (1..=4).contains(&parts).then(|| Nanos::new(total * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("1m30s"), Some(Nanos::new(90_000_000_000)));
        assert_eq!(duration("0s"), Some(Nanos::new(0)));
        assert_eq!(
            duration("99999h99999h99999h99999h").map(Nanos::get),
            Some(99_999 * 4 * 3_600_000_000_000)
        );
        for bad in ["", "1", "s", "1d", "0.5s", "100us", "-1s", "100000s", "1s1s1s1s1s", "1 s"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
