//! Sessions of coding agents: JSON lines of `block_tokens` and `turns` of `think_ms`, `in`, `out` and `blocks`, which are numbers or ranges
//! `[first, last]`. A turn starts `think_ms` after the former turn's answer ended. The lines say nothing of when sessions start: their order and their starts
//! within an hour are the seed's.

use serde::Deserialize;

use super::problem::{LineProblem, MOST_REQUESTS, TraceError, tokens};
use super::session::{Loop, Session, Turn, play};
use super::{Draw, Workload};

/// The seconds within which all sessions start.
const HOUR: f64 = 3_600.0;

#[derive(Deserialize)]
struct Line {
    block_tokens: u32,
    turns: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    think_ms: f64,
    r#in: u64,
    out: u64,
    blocks: Vec<Blocks>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Blocks {
    One(u64),
    Range(u64, u64),
}

/// Reads a trace.
///
/// # Errors
///
/// The first line that is not as the format says.
pub(super) fn parse(name: &str, text: &str, seed: u64) -> Result<Workload, TraceError> {
    let mut sessions: Vec<Session> = Vec::new();
    let (mut block_tokens, mut count) = (0, 0);
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let session = read(line, &mut block_tokens).map_err(|problem| problem.at(n + 1))?;
        count += session.turns.len();
        if count > MOST_REQUESTS {
            return Err(LineProblem::TooMany.at(n + 1));
        }
        sessions.push(session);
    }
    if sessions.is_empty() {
        return Err(TraceError::Empty);
    }
    let mut draw = Draw::of("weka", seed);
    draw.shuffle(&mut sessions);
    for session in &mut sessions {
        session.start = draw.unit() * HOUR;
    }
    Ok(Workload { name: name.to_owned(), block_tokens, requests: play(sessions, Loop::Closed) })
}

fn read(line: &str, block_tokens: &mut u32) -> Result<Session, LineProblem> {
    let line: Line = serde_json::from_str(line).map_err(|error| LineProblem::Json(error.to_string()))?;
    if line.block_tokens == 0 || (*block_tokens != 0 && *block_tokens != line.block_tokens) {
        return Err(LineProblem::BlockTokens(line.block_tokens));
    }
    *block_tokens = line.block_tokens;
    if line.turns.is_empty() {
        return Err(LineProblem::NoTurn);
    }
    let turns = line.turns.iter().map(|asked| turn(asked, line.block_tokens)).collect::<Result<_, _>>()?;
    Ok(Session { start: 0.0, tenant: 0, adapter: None, turns })
}

fn turn(asked: &Asked, block_tokens: u32) -> Result<Turn, LineProblem> {
    if !(asked.think_ms >= 0.0 && asked.think_ms.is_finite()) {
        return Err(LineProblem::Time(asked.think_ms));
    }
    let prompt = tokens(asked.r#in)?;
    // The number of blocks is checked before they are laid out: a range costs its writer nothing.
    let mut count = 0_u64;
    for blocks in &asked.blocks {
        count = count.saturating_add(match *blocks {
            Blocks::One(_) => 1,
            Blocks::Range(first, last) if first <= last => (last - first).saturating_add(1),
            Blocks::Range(first, last) => return Err(LineProblem::Range(first, last)),
        });
    }
    if !(u64::from(prompt / block_tokens)..=u64::from(prompt.div_ceil(block_tokens))).contains(&count) {
        return Err(LineProblem::Blocks { blocks: count, tokens: prompt, block_tokens });
    }
    let mut blocks = Vec::with_capacity(count as usize);
    for range in &asked.blocks {
        match *range {
            Blocks::One(block) => blocks.push(block),
            Blocks::Range(first, last) => blocks.extend(first..=last),
        }
    }
    Ok(Turn { think: asked.think_ms / 1e3, prompt, output: tokens(asked.out)?, blocks: blocks.into() })
}

#[cfg(test)]
mod tests {
    use super::{LineProblem, TraceError, parse};
    use crate::sim::Arrival;

    const SAMPLE: &str = r#"{"session": 4, "block_tokens": 16, "turns": [{"think_ms": 0, "in": 40, "out": 3, "blocks": [[5, 6]]}, {"think_ms": 2500, "in": 100, "out": 1, "blocks": [[5, 6], 9, [20, 22]]}]}"#;

    #[test]
    fn turns_wait_for_answers_and_ranges_are_laid_out() {
        let workload = parse("hand", SAMPLE, 1).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(workload.block_tokens, 16);
        let [one, other] = &workload.requests[..] else { panic!("two requests") };
        assert!(matches!(one.arrival, Arrival::At(start) if (0.0..3_600.0).contains(&start)));
        assert_eq!(other.arrival, Arrival::After { former: 0, think: 2.5 });
        assert_eq!((one.prompt, one.output, &*one.blocks), (40, 3, &[5, 6][..]));
        assert_eq!(*other.blocks, [5, 6, 9, 20, 21, 22]);
    }

    #[test]
    fn the_seed_orders_and_starts_sessions() {
        let text: Vec<String> = (0..20).map(|n| SAMPLE.replace("40", &(32 + n % 16).to_string())).collect();
        let starts = |seed| {
            let workload = parse("hand", &text.join("\n"), seed).unwrap_or_else(|error| panic!("{error}"));
            workload.requests.iter().map(|request| (request.arrival, request.prompt)).collect::<Vec<_>>()
        };
        assert_eq!(starts(1), starts(1));
        assert_ne!(starts(1), starts(2));
    }

    #[test]
    fn bad_lines_are_named() {
        let problem = |from: &str, to: &str| match parse(
            "hand",
            &format!("{SAMPLE}\n{}", SAMPLE.replacen(from, to, 1)),
            1,
        ) {
            Err(TraceError::Line { line: 2, problem }) => problem,
            other => panic!("{other:?}"),
        };
        assert!(matches!(problem("16", "32"), LineProblem::BlockTokens(32)));
        assert!(matches!(problem("[5, 6]", "[6, 5]"), LineProblem::Range(6, 5)));
        assert!(matches!(problem("[5, 6]", "[5, 18446744073709551615]"), LineProblem::Blocks { .. }));
        assert!(matches!(problem("2500", "-1"), LineProblem::Time(_)));
        assert!(matches!(problem("\"out\": 3", "\"out\": 0"), LineProblem::Tokens(0)));
        assert!(matches!(problem("[5, 6]", "\"5\""), LineProblem::Json(_)));
        let none = r#"{"block_tokens": 16, "turns": []}"#;
        assert!(matches!(
            parse("hand", none, 1),
            Err(TraceError::Line { line: 1, problem: LineProblem::NoTurn })
        ));
    }
}
