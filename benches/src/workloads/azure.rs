//! Azure's LLM inference traces: CSV lines of TIMESTAMP, ContextTokens, GeneratedTokens. They say nothing of prefixes, so none is shared.

use super::problem::{LineProblem, MOST_REQUESTS, TraceError, tokens};
use super::text::{BLOCK, Mint, Text};
use super::{Workload, session};

/// Reads a trace.
///
/// # Errors
///
/// The first line that is not as the format says.
pub(super) fn parse(name: &str, text: &str) -> Result<Workload, TraceError> {
    let mut mint = Mint::default();
    let mut sessions: Vec<session::Session> = Vec::new();
    let mut begin = None;
    for (n, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let (time, prompt, output) = read(line).map_err(|problem| problem.at(n + 1))?;
        let start = time - *begin.get_or_insert(time);
        if start < sessions.last().map_or(0.0, |former| former.start) {
            return Err(LineProblem::Time(start).at(n + 1));
        }
        if sessions.len() == MOST_REQUESTS {
            return Err(LineProblem::TooMany.at(n + 1));
        }
        sessions.push(session::Session::single(start, &Text::new(prompt, &mut mint), output));
    }
    if sessions.is_empty() {
        return Err(TraceError::Empty);
    }
    let requests = session::play(sessions, session::Loop::Open);
    Ok(Workload { name: name.to_owned(), block_tokens: BLOCK, requests })
}

fn read(line: &str) -> Result<(f64, u32, u32), LineProblem> {
    let mut fields = line.trim_end().split(',');
    let mut field = || fields.next().unwrap_or_default();
    let (time, prompt, output) = (field(), field(), field());
    let rest = fields.next();
    if let Some(rest) = rest {
        return Err(LineProblem::Csv(rest.to_owned(), "line of three fields"));
    }
    let count = |field: &str| {
        field.parse().map_err(|_| LineProblem::Csv(field.to_owned(), "number of tokens")).and_then(tokens)
    };
    let time =
        seconds(time).ok_or_else(|| LineProblem::Csv(time.to_owned(), "time `YYYY-MM-DD hh:mm:ss.f`"))?;
    Ok((time, count(prompt)?, count(output)?))
}

/// Seconds since 1970 of `YYYY-MM-DD hh:mm:ss.f`.
fn seconds(time: &str) -> Option<f64> {
    let (date, clock) = time.split_once(' ')?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut clock = clock.splitn(3, ':');
    let (hour, minute) = (clock.next()?.parse::<u32>().ok()?, clock.next()?.parse::<u32>().ok()?);
    let second = clock.next()?.parse::<f64>().ok()?;
    let valid = (1970..10_000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && (0.0..61.0).contains(&second);
    // Days by the civil calendar, years counted from March (Howard Hinnant, chrono-compatible date algorithms).
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468;
    valid.then(|| days as f64 * 86_400.0 + f64::from(hour * 3_600 + minute * 60) + second)
}

#[cfg(test)]
mod tests {
    use super::{LineProblem, TraceError, parse, seconds};
    use crate::sim::Arrival;

    #[test]
    fn lines_become_requests_and_time_begins_at_zero() {
        let text = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2024-02-29 23:59:59.5000000,130,7\r\n2024-03-01 00:00:01.2500000,5,1\r\n";
        let workload = parse("hand", text).unwrap_or_else(|error| panic!("{error}"));
        let [one, other] = &workload.requests[..] else { panic!("two requests") };
        assert_eq!((one.arrival, other.arrival), (Arrival::At(0.0), Arrival::At(1.75)));
        assert_eq!((one.prompt, one.output, &*one.blocks), (130, 7, &[0, 1][..]));
        assert_eq!((other.prompt, other.output, other.blocks.len()), (5, 1, 0));
    }

    #[test]
    fn seconds_are_those_of_the_calendar() {
        assert_eq!(seconds("1970-01-01 00:00:00"), Some(0.0));
        assert_eq!(seconds("2000-03-01 00:00:01"), Some(951_868_801.0));
        assert_eq!(seconds("2000-13-01 00:00:01"), None);
        assert_eq!(seconds("2000-01-01"), None);
    }

    #[test]
    fn bad_lines_are_named() {
        let problem = |line: &str| match parse("hand", &format!("h\n2024-01-01 00:00:05.0,1,1\n{line}\n")) {
            Err(TraceError::Line { line: 3, problem }) => problem,
            other => panic!("{other:?}"),
        };
        assert!(matches!(problem("now,1,1"), LineProblem::Csv(_, "time `YYYY-MM-DD hh:mm:ss.f`")));
        assert!(matches!(problem("2024-01-01 00:00:06.0,x,1"), LineProblem::Csv(_, "number of tokens")));
        assert!(matches!(problem("2024-01-01 00:00:06.0,1"), LineProblem::Csv(..)));
        assert!(matches!(problem("2024-01-01 00:00:06.0,1,1,1"), LineProblem::Csv(..)));
        assert!(matches!(problem("2024-01-01 00:00:06.0,0,1"), LineProblem::Tokens(0)));
        assert!(matches!(problem("2024-01-01 00:00:04.0,1,1"), LineProblem::Time(_)));
        assert!(matches!(parse("hand", "h\n"), Err(TraceError::Empty)));
    }
}
