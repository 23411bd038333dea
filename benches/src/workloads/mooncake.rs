//! Mooncake's traces: JSON lines of `timestamp` in milliseconds, `input_length`, `output_length` and `hash_ids`, one a block of 512 tokens, each standing for
//! its block and all before it. Requests that share a timestamp came within a bucket; they are spread evenly over it.

use serde::Deserialize;

use super::problem::{LineProblem, MOST_REQUESTS, TraceError, tokens};
use super::{Draw, Workload};
use crate::sim::{Arrival, SimRequest};

/// Tokens a block.
const BLOCK: u32 = 512;

/// The longest bucket, in seconds: a silence after it is no part of it.
const BUCKET: f64 = 3.0;

#[derive(Deserialize)]
struct Line {
    timestamp: f64,
    input_length: u64,
    output_length: u64,
    hash_ids: Vec<u64>,
}

/// Reads a trace; the seed places requests inside their buckets.
///
/// # Errors
///
/// The first line that is not as the format says.
pub(super) fn parse(name: &str, text: &str, seed: u64) -> Result<Workload, TraceError> {
    let mut requests: Vec<SimRequest> = Vec::new();
    let mut times: Vec<f64> = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (time, request) = read(line, times.last().copied()).map_err(|problem| problem.at(n + 1))?;
        if requests.len() == MOST_REQUESTS {
            return Err(LineProblem::TooMany.at(n + 1));
        }
        requests.push(SimRequest { session: requests.len() as u32, ..request });
        times.push(time);
    }
    if requests.is_empty() {
        return Err(TraceError::Empty);
    }
    for (request, time) in requests.iter_mut().zip(spread(&times, &mut Draw::of("mooncake", seed))) {
        request.arrival = Arrival::At(time);
    }
    Ok(Workload { name: name.to_owned(), block_tokens: BLOCK, requests })
}

fn read(line: &str, former: Option<f64>) -> Result<(f64, SimRequest), LineProblem> {
    let line: Line = serde_json::from_str(line).map_err(|error| LineProblem::Json(error.to_string()))?;
    let prompt = tokens(line.input_length)?;
    let output = tokens(line.output_length)?;
    if line.hash_ids.len() != prompt.div_ceil(BLOCK) as usize {
        let blocks = line.hash_ids.len() as u64;
        return Err(LineProblem::Blocks { blocks, tokens: prompt, block_tokens: BLOCK });
    }
    let time = line.timestamp / 1e3;
    if !(time >= former.unwrap_or(0.0) && time.is_finite()) {
        return Err(LineProblem::Time(line.timestamp));
    }
    let blocks = line.hash_ids.into();
    let arrival = Arrival::At(time);
    Ok((time, SimRequest { arrival, prompt, output, blocks, tenant: 0, session: 0, adapter: None }))
}

/// Times of the same bucket, spread evenly at random over the time until the next bucket.
fn spread(times: &[f64], draw: &mut Draw) -> Vec<f64> {
    let mut spread = Vec::with_capacity(times.len());
    let mut length = 0.0;
    for bucket in times.chunk_by(|one, other| one == other) {
        let next = times.get(spread.len() + bucket.len());
        length = next.map_or(length, |next| (next - bucket[0]).min(BUCKET));
        let from = spread.len();
        // One alone keeps its time: such a trace has no buckets there.
        spread.extend(
            bucket.iter().map(|time| if bucket.len() == 1 { *time } else { time + length * draw.unit() }),
        );
        spread[from..].sort_by(f64::total_cmp);
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::{LineProblem, TraceError, parse};
    use crate::sim::{Arrival, Workload};

    const SAMPLE: &str = r#"{"timestamp": 1000, "input_length": 700, "output_length": 5, "hash_ids": [7, 9]}
{"timestamp": 4000, "input_length": 1024, "output_length": 1, "hash_ids": [7, 8]}
{"timestamp": 4000, "input_length": 20, "output_length": 3, "hash_ids": [11]}

{"timestamp": 6000, "input_length": 512, "output_length": 9, "hash_ids": [12]}
"#;

    fn times(workload: &Workload) -> Vec<f64> {
        let time = |arrival| match arrival {
            Arrival::At(time) => time,
            Arrival::After { .. } => panic!("an open loop"),
        };
        workload.requests.iter().map(|request| time(request.arrival)).collect()
    }

    #[test]
    fn lines_become_requests() {
        let workload = parse("hand", SAMPLE, 1).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((workload.requests.len(), workload.block_tokens), (4, 512));
        let first = &workload.requests[0];
        assert_eq!((first.prompt, first.output, &*first.blocks), (700, 5, &[7, 9][..]));
    }

    #[test]
    fn buckets_are_spread_over_themselves_and_by_the_seed() {
        let parsed = |seed| times(&parse("hand", SAMPLE, seed).unwrap_or_else(|error| panic!("{error}")));
        let one = parsed(1);
        assert_eq!((one[0], one[3]), (1.0, 6.0));
        assert!(4.0 <= one[1] && one[1] <= one[2] && one[2] < 6.0, "{one:?}");
        assert_eq!(one, parsed(1));
        assert_ne!(one, parsed(2));
    }

    #[test]
    fn bad_lines_are_named() {
        let problem = |line: &str| match parse("hand", &format!("{}{line}", SAMPLE), 1) {
            Err(TraceError::Line { line: 6, problem }) => problem,
            other => panic!("{other:?}"),
        };
        assert!(matches!(problem("{"), LineProblem::Json(_)));
        let line = |time: &str, input: u64, ids: &str| {
            format!(
                r#"{{"timestamp": {time}, "input_length": {input}, "output_length": 1, "hash_ids": [{ids}]}}"#
            )
        };
        assert!(matches!(problem(&line("6000", 0, "")), LineProblem::Tokens(0)));
        assert!(matches!(problem(&line("6000", 9_000_000, "")), LineProblem::Tokens(9_000_000)));
        assert!(matches!(
            problem(&line("6000", 513, "1")),
            LineProblem::Blocks { blocks: 1, tokens: 513, .. }
        ));
        assert!(matches!(problem(&line("5999", 5, "1")), LineProblem::Time(_)));
        assert!(matches!(problem(&line("-1", 5, "1")), LineProblem::Time(_)));
        assert!(matches!(parse("hand", "\n", 1), Err(TraceError::Empty)));
    }
}
