//! What can be wrong with a trace.

use std::path::PathBuf;

/// Why a trace cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file cannot be read.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A line is not as its format says.
    #[error("line {line}: {problem}")]
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: LineProblem,
    },
    /// There is no request.
    #[error("there is no request in it")]
    Empty,
    /// The file is longer than [`MOST_BYTES`].
    #[error("longer than {MOST_BYTES} bytes")]
    TooLong,
}

/// What can be wrong with a line of a trace.
#[derive(Debug, thiserror::Error)]
pub enum LineProblem {
    /// It is not the JSON that the format asks for.
    #[error("not the JSON of this format: {0}")]
    Json(String),
    /// It is not the CSV that the format asks for.
    #[error("`{0}` is not a {1}")]
    Csv(String, &'static str),
    /// A prompt or an answer has no token or more than [`MOST_TOKENS`].
    #[error("{0} tokens; between 1 and {MOST_TOKENS} can be played")]
    Tokens(u64),
    /// The blocks do not cover the prompt.
    #[error("{blocks} blocks for {tokens} tokens of prompt, {block_tokens} a block")]
    Blocks {
        /// How many there are.
        blocks: u64,
        /// Tokens of the prompt.
        tokens: u32,
        /// Tokens a block.
        block_tokens: u32,
    },
    /// A range of blocks ends before it begins.
    #[error("the range of blocks {0} to {1} ends before it begins")]
    Range(u64, u64),
    /// A block size that differs from that of the lines before, or 0.
    #[error("{0} tokens a block; every line has the same number, at least 1")]
    BlockTokens(u32),
    /// The time is before that of the line before, or no number.
    #[error("the time {0} is before that of the line before, or below zero, or not finite")]
    Time(f64),
    /// A session without turns.
    #[error("a session without turns")]
    NoTurn,
    /// More requests than [`MOST_REQUESTS`].
    #[error("more than {MOST_REQUESTS} requests")]
    TooMany,
}

/// The longest file that is read.
pub const MOST_BYTES: u64 = 256 << 20;

/// The most tokens of a prompt or an answer.
pub const MOST_TOKENS: u64 = 2_000_000;

/// The most requests of a trace.
pub const MOST_REQUESTS: usize = 1_000_000;

impl LineProblem {
    /// This problem in that line, the first of which is 1.
    pub(super) fn at(self, line: usize) -> TraceError {
        TraceError::Line { line, problem: self }
    }
}

/// A number of tokens that can be played.
pub(super) fn tokens(count: u64) -> Result<u32, LineProblem> {
    match u32::try_from(count) {
        Ok(tokens @ 1..) if count <= MOST_TOKENS => Ok(tokens),
        _ => Err(LineProblem::Tokens(count)),
    }
}
