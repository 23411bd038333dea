//! One request of a replica, as the replica tells the others of it.

use serde::{Deserialize, Serialize};

use crate::signals::Work;

/// How far a request has come. Later stages are larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// It was sent to its endpoint.
    Sent,
    /// The first token of its answer came.
    Answering,
    /// It is over, however it ended.
    Over,
}

/// A request that a replica has sent, and how far it has come. [`Ticket::told`](crate::Ticket::told) and [`over`](Self::over) make one; it serialises, so
/// the host can send it to its other replicas, which take it in with event [`ReplicaTold`](crate::Event::ReplicaTold).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicaRequest {
    pub(super) number: u64,
    pub(super) stage: Stage,
    /// 0 for the primary, then the fallbacks.
    #[serde(default)]
    pub(super) attempt: u8,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) endpoint: String,
    #[serde(default)]
    pub(super) prompt_tokens: u32,
    #[serde(default)]
    pub(super) cached_tokens: u32,
    /// Hashes of the blocks of its prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) prompt: Vec<u64>,
}

impl ReplicaRequest {
    /// The end of the request with this number.
    pub fn over(number: u64) -> Self {
        Self {
            number,
            stage: Stage::Over,
            attempt: 0,
            endpoint: String::new(),
            prompt_tokens: 0,
            cached_tokens: 0,
            prompt: Vec::new(),
        }
    }

    pub(crate) fn of(
        number: u64,
        attempt: u8,
        stage: Stage,
        endpoint: &str,
        work: Work,
        prompt: &[u64],
    ) -> Self {
        let (endpoint, prompt) = (endpoint.to_owned(), prompt.to_vec());
        let (prompt_tokens, cached_tokens) = (work.prompt(), work.cached());
        Self { number, stage, attempt, endpoint, prompt_tokens, cached_tokens, prompt }
    }

    /// The same without the hashes of its prompt, for all that is told of a request after the first time.
    #[must_use]
    pub fn without_prompt(self) -> Self {
        Self { prompt: Vec::new(), ..self }
    }

    /// The replica's own number of it.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How far it has come.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The id of the endpoint that it was sent to; empty where it is over.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The hashes of its prompt's blocks.
    pub(crate) fn prompt(&self) -> &[u64] {
        &self.prompt
    }

    /// Where it stands among all that can be told of it: the later, the larger.
    pub(super) fn progress(&self) -> (u8, Stage) {
        (self.attempt, self.stage)
    }
}
