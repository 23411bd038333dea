//! Which of two `metadata.creationTimestamp` is the older.

use serde_json::Value;

/// The age of an object; the older sorts first, an object without a timestamp last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Age {
    /// Seconds since 1970 and nanoseconds.
    At(i64, u32),
    /// No timestamp: younger than any.
    Unknown,
}

/// The age of an object by its metadata.
pub(crate) fn age(object: &Value) -> Age {
    let stamp = object["metadata"]["creationTimestamp"].as_str();
    stamp.and_then(parse).map_or(Age::Unknown, |(seconds, nanos)| Age::At(seconds, nanos))
}

/// Reads RFC 3339, `2025-01-02T03:04:05Z`, with a fraction or an offset if there is one.
fn parse(stamp: &str) -> Option<(i64, u32)> {
    let number = |from: usize, to: usize| stamp.get(from..to)?.parse::<i64>().ok();
    let mut days = 0;
    for year in 1970..number(0, 4)? {
        days += if is_leap(year) { 366 } else { 365 };
    }
    for month in 1..number(5, 7)? {
        days += days_of(month, number(0, 4)?);
    }
    days += number(8, 10)? - 1;
    let seconds = days * 86_400 + number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;

    let mut rest = stamp.get(19..)?;
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
        nanos = format!("{digits:0<9}").get(..9)?.parse().ok()?;
        rest = fraction.get(digits.len()..)?;
    }
    let shift = match rest.get(..1)? {
        "+" => rest.get(1..3)?.parse::<i64>().ok()? * 3_600 + rest.get(4..6)?.parse::<i64>().ok()? * 60,
        "-" => -(rest.get(1..3)?.parse::<i64>().ok()? * 3_600 + rest.get(4..6)?.parse::<i64>().ok()? * 60),
        _ => 0,
    };
    Some((seconds - shift, nanos))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
