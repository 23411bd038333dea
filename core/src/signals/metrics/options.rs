//! How a metrics page is read, and how much of it.

use serde::Deserialize;

use super::engine::Engine;

/// Settings for [`LoadReport::from_prometheus`](crate::LoadReport::from_prometheus).
///
/// ```
/// use inferroute::{Engine, ScrapeOptions};
///
/// let options = ScrapeOptions::default().engine(Engine::Vllm).rank("1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScrapeOptions {
    pub(super) engine: Option<Engine>,
    pub(super) rank: Option<String>,
    pub(super) text_bytes: usize,
    pub(super) line_bytes: usize,
    pub(super) adapters: usize,
    pub(super) problems: usize,
}

impl Default for ScrapeOptions {
    /// Any engine, all ranks; 16 MiB of text, 64 KiB a line, 1,024 adapters, 16 problems listed.
    fn default() -> Self {
        Self {
            engine: None,
            rank: None,
            text_bytes: 16 << 20,
            line_bytes: 64 << 10,
            adapters: 1_024,
            problems: 16,
        }
    }
}

impl ScrapeOptions {
    /// The engine that wrote the text. Default: the one that [`Engine::detect`] finds.
    #[must_use]
    pub const fn engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Only the data-parallel rank of that number, as the label `engine` (vLLM) or `dp_rank` (SGLang) spells it: for hosts to which each rank is an
    /// endpoint. What the engine tells of all ranks together is then not known. Default: the load of all ranks together.
    #[must_use]
    pub fn rank(mut self, rank: &str) -> Self {
        self.rank = Some(rank.to_owned());
        self
    }

    /// The most bytes of a text; a longer one is not read.
    #[must_use]
    pub const fn text_bytes(mut self, bytes: usize) -> Self {
        self.text_bytes = bytes;
        self
    }

    /// The most bytes of a line.
    #[must_use]
    pub const fn line_bytes(mut self, bytes: usize) -> Self {
        self.line_bytes = bytes;
        self
    }

    /// The most LoRA adapters that run, and that wait.
    #[must_use]
    pub const fn adapters(mut self, adapters: usize) -> Self {
        self.adapters = adapters;
        self
    }

    /// The most problems that are listed one by one; more are counted.
    #[must_use]
    pub const fn problems(mut self, problems: usize) -> Self {
        self.problems = problems;
        self
    }
}
