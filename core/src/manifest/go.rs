//! Spans of time and quantities as Go programs read them.

/// Nanoseconds of `1h30m`, `1.5s`, `-250ms`, `0`; `None` for anything else (Go, time.ParseDuration).
pub(crate) fn span(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, after) = split(after, |c| !(c.is_ascii_digit() || c == '.'));
        let nanos: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        // 2^63 nanoseconds have 19 digits; digits of a fraction beyond that weigh nothing.
        let fraction = fraction.get(..18).unwrap_or(fraction);
        if whole.len() > 19 || fraction.contains('.') {
            return None;
        }
        let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
        let scale = 10i128.pow(u32::try_from(fraction.len()).ok()?);
        total += digits(whole)? * nanos + digits(fraction)? * nanos / scale;
        rest = after;
    }
    i64::try_from(sign * total).ok()
}

/// Whether a quantity of Kubernetes (`1024`, `1Gi`, `-5k`, `1e3`) is below 0; `None` where it is none.
pub(crate) fn is_negative_quantity(text: &str) -> Option<bool> {
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, suffix) = split(rest, |c| c.is_ascii_digit() || c == '.');
    let has_digit = number.bytes().any(|b| b.is_ascii_digit());
    let is_number = has_digit && number.matches('.').count() <= 1;
    let is_suffix = match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi"
        | "Ei" => true,
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }
    };
    let is_zero = !number.bytes().any(|b| matches!(b, b'1'..=b'9'));
    (is_number && is_suffix).then_some(is_negative && !is_zero)
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_what_go_reads() {
        for (text, nanos) in [
            ("0", 0),
            ("0s", 0),
            ("1m30s", 90_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("-.5s", -500_000_000),
            ("+5ms", 5_000_000),
            ("1.s", 1_000_000_000),
            ("3us4ns", 3_004),
            ("2562047h47m16.854775807s", i64::MAX),
            ("0.1234567890123456789012s", 123_456_789),
        ] {
            assert_eq!(span(text), Some(nanos), "{text}");
        }
        for bad in [
            "",
            "-",
            "1",
            "s",
            ".s",
            "1d",
            "1 s",
            "1..2s",
            "1.2.3s",
            "2562047h47m16.854775808s",
            "99999999999999999999h",
            "1s-1s",
        ] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }

    #[test]
    fn quantities_have_known_suffixes() {
        for (text, is_negative) in [
            ("1024", false),
            ("1Gi", false),
            ("-5k", true),
            ("1e3", false),
            ("-0", false),
            (".5", false),
            ("-1E-3", true),
        ] {
            assert_eq!(is_negative_quantity(text), Some(is_negative), "{text}");
        }
        for bad in ["", "Gi", "1GB", "1.2.3", "1e", "1 Gi", "one", "--1", "1ki"] {
            assert_eq!(is_negative_quantity(bad), None, "{bad}");
        }
    }
}
