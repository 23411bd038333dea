//! Why a value of a metrics page is not known. Problems are values beside the report, not errors: the rest of the page still counts.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal $message:literal),* $(,)?) => {
        /// The stable name of what is wrong with a metrics page. A code keeps its meaning for ever; new ones may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum MetricsCode {$($(#[$doc])* $variant),*}

        impl MetricsCode {
            /// All codes in the order of their text.
            pub const ALL: &'static [MetricsCode] = &[$(MetricsCode::$variant),*];

            /// The code as printed, for example `MT0001`.
            pub const fn as_str(self) -> &'static str {
                match self {$(MetricsCode::$variant => $text),*}
            }

            /// What is wrong and what to do about it.
            pub const fn message(self) -> &'static str {
                match self {$(MetricsCode::$variant => $message),*}
            }
        }
    };
}

codes!(
    /// A line is not as the format has it.
    Malformed = "MT0001" "the line is no sample of the Prometheus text format, or a label of it lacks the number or text that it must have",
    /// The last line has no line feed.
    Torn = "MT0002" "the text ends within this line, so its value may have been cut; pass the page whole, with its last line feed",
    /// A line is longer than the limit.
    LineTooLong = "MT0003" "the line is longer than `line_bytes`; raise the limit if the server is trusted",
    /// The value is NaN.
    NotANumber = "MT0004" "the server reports NaN",
    /// The value is outside the range of its kind.
    OutOfRange = "MT0005" "the value, or the sum over all ranks, is infinite, negative or too large for what it counts",
    /// A count has a fraction.
    NotWhole = "MT0006" "a count must be a whole number",
    /// There are more different series than are told apart.
    TooManySeries = "MT0007" "there are more than 128 different series; ask for one rank, or poll the ranks by themselves",
    /// There are more adapters than the limit.
    TooManyAdapters = "MT0008" "there are more LoRA adapters than `adapters`; raise the limit if the server is trusted",
    /// The text is longer than the limit.
    TextTooLong = "MT0009" "the text is longer than `text_bytes` and was not read; raise the limit if the server is trusted",
    /// Nothing in the text is known.
    NoSeries = "MT0010" "the text has no series that is known; check that it is the metrics page of a model server and, where an engine was named, of that one",
);

impl fmt::Display for MetricsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for MetricsCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong with a metrics page, and where. Nothing of the page's own text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MetricsProblem {
    pub(super) code: MetricsCode,
    pub(super) line: usize,
    pub(super) series: &'static str,
}

impl MetricsProblem {
    /// What is wrong.
    pub fn code(&self) -> MetricsCode {
        self.code
    }

    /// The line, from 1; 0 where it is not one line that is wrong.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The series or value that is not known because of it; empty where it is all of them.
    pub fn series(&self) -> &'static str {
        self.series
    }
}

impl fmt::Display for MetricsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        if !self.series.is_empty() {
            write!(f, " {}", self.series)?;
        }
        write!(f, ": {}", self.code.message())
    }
}

/// The problems of one text as they are found.
pub(super) struct Problems<'t> {
    text: &'t [u8],
    /// Where the line of the last problem begins, and its number.
    last: (usize, usize),
    limit: usize,
    pub(super) listed: Vec<MetricsProblem>,
    pub(super) unlisted: usize,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t [u8], limit: usize) -> Self {
        Self { text, last: (0, 1), limit, listed: Vec::new(), unlisted: 0 }
    }

    /// Notes a problem with a line that begins at byte `at`; lines come in their order, but for the last.
    #[cold]
    pub(super) fn at(&mut self, code: MetricsCode, at: usize, series: &'static str) {
        if self.listed.len() >= self.limit {
            self.unlisted = self.unlisted.saturating_add(1);
            return;
        }
        if at < self.last.0 {
            self.last = (0, 1);
        }
        let between = self.text.get(self.last.0..at).unwrap_or_default();
        let line = self.last.1.saturating_add(memchr::memchr_iter(b'\n', between).count());
        self.last = (at, line);
        self.listed.push(MetricsProblem { code, line, series });
    }

    /// Notes a problem that is not one line's.
    #[cold]
    pub(super) fn overall(&mut self, code: MetricsCode, series: &'static str) {
        if self.listed.len() >= self.limit {
            self.unlisted = self.unlisted.saturating_add(1);
        } else {
            self.listed.push(MetricsProblem { code, line: 0, series });
        }
    }
}
