//! What a step of a model server costs, and what follows from it for a request.

use crate::signals::Work;

/// How long a model server's steps take, in seconds. A step works on a chunk of prompts and on one token of every answer under way.
///
/// The defaults are those of Llama-3.1-8B on one H100 (vLLM 0.24, kernels measured by aiconfigurator, 25 % added for what lies between kernels). They need
/// not be exact: only their ratios weigh one thing against another, and how quickly each endpoint really is, is learned from first tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCost {
    /// Seconds a step, whatever is in it. Default: 0.002.
    pub step: f64,
    /// Seconds a token of a prompt. Default: 22.5e-6.
    pub token: f64,
    /// Seconds a pair of a prompt's token and a token that it attends to. Default: 1.0e-9.
    pub pair: f64,
    /// Seconds a step for each answer under way. Default: 5.5e-6.
    pub answer: f64,
    /// Seconds a step for each token of context of the answers under way. Default: 42e-9.
    pub context: f64,
    /// Tokens of prompts in a step. Default: 8,192.
    pub chunk: f64,
    /// The most requests that run at once. Default: 256; what an endpoint says of itself counts more.
    pub running: f64,
    /// Tokens that fit into the KV cache. Default: 400,000; what an endpoint says of itself counts more.
    pub kv_tokens: f64,
}

impl Default for StepCost {
    fn default() -> Self {
        Self {
            step: 2.0e-3,
            token: 22.5e-6,
            pair: 1.0e-9,
            answer: 5.5e-6,
            context: 42e-9,
            chunk: 8192.0,
            running: 256.0,
            kv_tokens: 400_000.0,
        }
    }
}

impl StepCost {
    /// Seconds to work off this much of prompts.
    #[inline]
    pub(crate) fn of(&self, tokens: f64, pairs: f64) -> f64 {
        self.token * tokens + self.pair * pairs
    }

    /// Seconds to work off a prompt, with a step at least.
    pub(crate) fn of_prompt(&self, work: Work, answers: f64, context: f64) -> f64 {
        let seconds = self.of(work.tokens().into(), work.pairs());
        seconds + (1.0 + seconds / (self.token * self.chunk)) * (self.step + self.of_answers(answers, context))
    }

    /// Seconds that a step takes longer for the answers under way.
    #[inline]
    pub(crate) fn of_answers(&self, answers: f64, context: f64) -> f64 {
        self.answer * answers + self.context * context
    }
}

/// Settings of [`Scorer::PredictedCompletion`](super::Scorer::PredictedCompletion).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictedCompletion {
    /// What steps cost.
    pub step: StepCost,
    /// How much each prompt that waits in the pool adds to the price of a token to work off: it delays all who come after. Default: 1.
    pub congestion: f64,
    /// How much each prompt that waits at an endpoint adds to the price of going there. Default: 0.3.
    pub crowding: f64,
    /// How many steps of the answer count. Default: 4.
    pub answer_steps: f64,
    /// Steps until a request that runs makes room for another, where no more can run. Default: 200.
    pub residence_steps: f64,
    /// Seconds for a KV cache that is half full. Default: 0.01.
    pub kv_seconds: f64,
    /// What other routers' requests at an endpoint, as it tells of them, count of what our own would. Default: 1.
    pub foreign: f64,
    /// Seconds of prompts that count as having gone as foreseen, before what an endpoint's prompts really took is believed; infinite: it never is.
    /// Default: 2.
    pub pace_prior: f64,
}

impl Default for PredictedCompletion {
    fn default() -> Self {
        Self {
            step: StepCost::default(),
            congestion: 1.0,
            crowding: 0.3,
            answer_steps: 4.0,
            residence_steps: 200.0,
            kv_seconds: 0.01,
            foreign: 1.0,
            pace_prior: 2.0,
        }
    }
}
