//! What a step of a model server costs, and how that becomes the price of an endpoint.

use std::ops::RangeInclusive;

use crate::signals::Work;

/// How long a model server's steps take, in seconds. A step works on a chunk of prompts and on one token of every answer under way.
///
/// The defaults are those of Llama-3.1-8B on one H100 (vLLM 0.24, kernels as aiconfigurator measured them, a quarter added for what lies between kernels).
/// Only their ratios weigh one thing against another; how quickly an endpoint really is, is learned from first tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCost {
    /// Seconds a step, whatever is in it. Default: 0.002.
    pub step: f64,
    /// Seconds a token of a prompt. Default: 22.5e-6.
    pub token: f64,
    /// Seconds a pair of a prompt's token and a token that it attends to. Default: 1e-9.
    pub pair: f64,
    /// Seconds a step for each answer under way. Default: 5.5e-6.
    pub answer: f64,
    /// Seconds a step for each token of context of the answers under way. Default: 42e-9.
    pub context: f64,
    /// Tokens of prompts in a step. Default: 8,192.
    pub chunk: f64,
    /// The most requests that run at once. Default: 256.
    pub running: f64,
    /// Tokens that fit into the KV cache, of endpoints that do not say. Default: 400,000.
    pub kv_tokens: f64,
}

impl Default for StepCost {
    fn default() -> Self {
        Self {
            step: 2.0e-3,
            token: 22.5e-6,
            pair: 1.0e-9,
            answer: 5.5e-6,
            context: 42.0e-9,
            chunk: 8192.0,
            running: 256.0,
            kv_tokens: 400_000.0,
        }
    }
}

impl StepCost {
    /// What a cost can be.
    pub(crate) const COSTS: RangeInclusive<f64> = 0.0..=1e12;
    /// What a cost can be that is never nothing. Products and quotients of these are finite and above 0.
    pub(crate) const POSITIVE: RangeInclusive<f64> = 1e-12..=1e12;

    /// Seconds to work off this much of prompts.
    #[inline]
    pub(crate) fn of(&self, tokens: f64, pairs: f64) -> f64 {
        self.token * tokens + self.pair * pairs
    }

    /// Seconds to work off one prompt.
    #[inline]
    pub(crate) fn of_work(&self, work: Work) -> f64 {
        self.of(work.tokens().into(), work.pairs())
    }

    /// Seconds to work off a full chunk, without attention.
    #[inline]
    pub(crate) fn of_chunk(&self) -> f64 {
        self.token * self.chunk
    }

    /// Seconds that a step takes beside its prompts.
    #[inline]
    pub(crate) fn of_answers(&self, answers: f64, context: f64) -> f64 {
        self.step + self.answer * answers + self.context * context
    }

    /// Seconds to work off a prompt beside so many answers; `None` where the prompt itself is not most of it.
    pub(crate) fn of_prompt(&self, work: Work, answers: f64, context: f64) -> Option<f64> {
        let seconds = self.of_work(work);
        let steps = (1.0 + seconds / self.of_chunk()) * self.of_answers(answers, context);
        (seconds > 2.0 * steps).then_some(seconds + steps)
    }

    /// Whether costs can be calculated with it.
    pub(crate) fn is_sound(&self) -> bool {
        let costs = [
            self.step,
            self.token,
            self.pair,
            self.answer,
            self.context,
            self.chunk,
            self.running,
            self.kv_tokens,
        ];
        let positive = [self.step, self.token, self.chunk, self.running, self.kv_tokens];
        costs.iter().all(|cost| Self::COSTS.contains(cost))
            && positive.iter().all(|cost| Self::POSITIVE.contains(cost))
    }
}

/// Settings of [`Scorer::PredictedCompletion`](super::Scorer::PredictedCompletion).
///
/// None of the factors is fitted to a workload; each is one, or a power of two near the middle of a range within which picks are as good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictedCompletion {
    /// What steps cost. Values that cannot be count as the defaults.
    pub step: StepCost,
    /// What a prompt costs those who come after it: its own seconds, for each prompt that waits for an endpoint of the pool on average. Makes prefix caches
    /// count more the busier the pool is. Default: 1.
    pub congestion: f64,
    /// What the length of an endpoint's line costs: the prompt's own seconds, so many times for the square root of the prompts in it. Keeps long prompts out
    /// of the way of short ones. Default: 2.
    pub crowding: f64,
    /// What a prompt costs those who come back to what the endpoint has cached of them while it is worked on: its own seconds, so many times, for each. Keeps
    /// long prompts away from endpoints to which many come back. Default: 1.
    pub returning: f64,
    /// What a prompt costs those whose cached prefix it pushes out: its own seconds, so many times by how likely that was still wanted, which is what was
    /// worked off anew at the endpoint within about the last minute and a half, over that and the part of the KV cache that requests do not use. Keeps
    /// prompts that nobody holds away from endpoints that soon forget. Default: 1.
    pub eviction: f64,
    /// What a prompt costs the answers under way at an endpoint, which stand still while it is worked on: its own seconds, as far as no endpoint holds it, so
    /// many times for each, over the share of its time that other prompts leave there. Keeps long prompts away from where many are being answered, and
    /// from where answers stand still most of the time. Default: 1/64.
    pub interrupting: f64,
    /// How much less it costs to work off what several endpoints hold already: where k of them hold the longest beginning of the prompt that any does, its
    /// seconds count 1 / (1 + `sharing` (k - 1)). Many ask for what many hold, and find it in one more place afterwards. Where nobody holds a shorter
    /// beginning alone, k counts more by as much of what was found lately in the pool as several endpoints held. Default: 1.
    pub sharing: f64,
    /// How many steps of the answer count, each as long as it is there and as much longer as it makes those of others. Default: 12.
    pub answer_steps: f64,
    /// Steps until a request that runs makes room for another, where no more can run. Default: 200.
    pub residence_steps: f64,
    /// Seconds for a KV cache that is half full, growing without bound towards a full one: an endpoint that runs out of it puts requests back. Default: 0.01.
    pub kv_seconds: f64,
    /// What other routers' requests at an endpoint count, as far as it tells of them, of what ours do. Default: 1.
    pub others: f64,
    /// Tokens of prompts that count as having gone like those of the whole pool, before what an endpoint's really took is believed; infinite: it never is.
    /// Tokens and not seconds, so that as much is believed whatever the costs of a step are. Default: 180,000.
    pub pace_prior: f64,
}

impl Default for PredictedCompletion {
    fn default() -> Self {
        Self {
            step: StepCost::default(),
            congestion: 1.0,
            crowding: 2.0,
            returning: 1.0,
            eviction: 1.0,
            interrupting: 0.015625,
            sharing: 1.0,
            answer_steps: 12.0,
            residence_steps: 200.0,
            kv_seconds: 0.01,
            others: 1.0,
            pace_prior: 180_000.0,
        }
    }
}

impl PredictedCompletion {
    /// What a factor can be.
    pub(crate) const FACTORS: RangeInclusive<f64> = 0.0..=1e12;
    /// What a prior written as a finite number can be; beside the largest every measurement is nothing.
    pub(crate) const PRIORS: RangeInclusive<f64> = 1e-12..=1e30;

    /// Seconds foreseen of the prompts that count as having gone like those of the whole pool.
    #[inline]
    pub(crate) fn prior_seconds(&self) -> f64 {
        self.step.token * self.pace_prior
    }

    /// The same, with the default for whatever cannot be.
    pub(crate) fn sound(mut self) -> Self {
        let default = Self::default();
        if !self.step.is_sound() {
            self.step = default.step;
        }
        let or = |value: f64, default: f64| if Self::FACTORS.contains(&value) { value } else { default };
        Self {
            step: self.step,
            congestion: or(self.congestion, default.congestion),
            crowding: or(self.crowding, default.crowding),
            returning: or(self.returning, default.returning),
            eviction: or(self.eviction, default.eviction),
            interrupting: or(self.interrupting, default.interrupting),
            sharing: or(self.sharing, default.sharing),
            answer_steps: or(self.answer_steps, default.answer_steps),
            residence_steps: or(self.residence_steps, default.residence_steps),
            kv_seconds: or(self.kv_seconds, default.kv_seconds),
            others: or(self.others, default.others),
            pace_prior: if self.pace_prior > 0.0 { self.pace_prior } else { default.pace_prior },
        }
    }
}
