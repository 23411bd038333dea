//! What a series measures, which numbers it may have, and how several of them become one.

use super::problem::MetricsCode;

macro_rules! quantities {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $range:ident $merge:ident),* $(,)?) => {
        /// One thing that is measured.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Quantity {$($(#[$doc])* $variant),*}

        impl Quantity {
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The field of the report.
            pub(super) const fn as_str(self) -> &'static str {
                match self {$(Self::$variant => $name),*}
            }

            pub(super) const fn range(self) -> Range {
                match self {$(Self::$variant => Range::$range),*}
            }

            pub(super) const fn merge(self) -> Merge {
                match self {$(Self::$variant => Merge::$merge),*}
            }
        }
    };
}

quantities!(
    Waiting = "waiting" Count Sum,
    Running = "running" Count Sum,
    MaxRunning = "max_running" Count Sum,
    KvUsage = "kv_usage" Usage Mean,
    /// Under the name it had before.
    FormerKvUsage = "kv_usage" Usage Mean,
    UsedBlocks = "kv_usage" Count Sum,
    BlockSize = "block_size" Count Max,
    Blocks = "blocks" Count Sum,
    /// Each rank tells those of all ranks together.
    SharedBlocks = "blocks" Count Max,
    KvTokens = "kv_tokens" Total Sum,
    /// A rank tells its own or those of all ranks; certain only where there is one.
    LoneKvTokens = "kv_tokens" Total Only,
    PromptTokens = "prompt_tokens" Total Sum,
    GenerationTokens = "generation_tokens" Total Sum,
    PrefixQueries = "prefix_queries" Total Sum,
    PrefixHits = "prefix_hits" Total Sum,
    PrefixMisses = "prefix_queries" Total Sum,
    Preemptions = "preemptions" Total Sum,
    /// Adapters are kept beside the numbers.
    Lora = "lora" Total Only,
);

/// The numbers that a quantity may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// Whole, below 2^32.
    Count,
    /// Whole, below 2^64.
    Total,
    /// 0 to 1.
    Usage,
}

/// How the values of different series become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    Sum,
    /// Ranks have caches of equal size, so the mean is the used share of them all. The largest would hide the room that the others have.
    Mean,
    Max,
    /// Known only where there is one series.
    Only,
}

impl Quantity {
    pub(super) fn index(self) -> usize {
        #[expect(clippy::as_conversions, reason = "the number of the variant")]
        {
            self as usize
        }
    }

    /// The quantity as one bit.
    pub(super) fn bit(self) -> u32 {
        1 << self.index()
    }

    /// Why `value` cannot be one of this quantity.
    pub(super) fn check(self, value: f64) -> Result<f64, MetricsCode> {
        let range = self.range();
        if value.is_nan() {
            Err(MetricsCode::NotANumber)
        } else if !range.holds(value) {
            Err(MetricsCode::OutOfRange)
        } else if range != Range::Usage && value.fract() != 0.0 {
            Err(MetricsCode::NotWhole)
        } else {
            Ok(value)
        }
    }
}

impl Range {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::Count => (0.0..=f64::from(u32::MAX)).contains(&value),
            // 2^64, the first that is too large.
            Self::Total => (0.0..18_446_744_073_709_551_616.0).contains(&value),
            Self::Usage => (0.0..=1.0).contains(&value),
        }
    }
}
