//! What a decision depended on and how it came out, in plain values.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::attempt::AttemptView;
use crate::convert::wide;
use crate::decision::Decision;
use crate::no_route::NoRoute;
use crate::plan::{HeaderName, Plan};
use crate::prefix::Prompt;
use crate::request::{Found, Headers, Request};
use crate::rng::{FNV_START, fnv};
use crate::state::State;
use crate::units::Nanos;

/// A request as a decision saw it: only the headers that the plan reads, so nothing else that a client sent is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestRecord {
    host: Option<String>,
    path: String,
    method: String,
    model: Option<String>,
    gateway: Option<String>,
    port: Option<u16>,
    objective: Option<String>,
    prompt_tokens: u32,
    /// Absent where no profile of the plan looks at prompts.
    prompt: Option<PromptRecord>,
    tenant: Option<String>,
    subset: Option<String>,
    client_namespace: Option<String>,
    pool: Option<String>,
    multimodal: bool,
    /// Names in lower case, values in the order in which they were sent.
    headers: Vec<(String, Vec<u8>)>,
}

/// A prompt as it was brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PromptRecord {
    Text(Vec<u8>),
    Tokens(Vec<u32>),
    Blocks(Vec<u64>),
}

/// One decision: enough to make it again on the same state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    /// The time that was passed in.
    pub now: Nanos,
    /// The seed of its draws.
    pub seed: u64,
    /// The version of the state that was decided on.
    pub state_version: u64,
    /// The digest of the request.
    pub request: u64,
    /// How it came out.
    pub answer: AnswerRecord,
}

/// How a decision came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerRecord {
    /// It goes somewhere.
    Route {
        /// The route, as `namespace/name`.
        route: String,
        /// The rule's position in it.
        rule: usize,
        /// The primary, then the fallbacks.
        attempts: Vec<AttemptRecord>,
        /// The id of the endpoint that works off the prompt before.
        prefill: Option<String>,
        /// The id of the endpoint that works off images, audio and video before.
        encode: Option<String>,
    },
    /// It goes nowhere.
    NoRoute {
        /// The status to answer with.
        status: u16,
        /// The reason's stable word.
        reason: String,
    },
}

/// One attempt of an [`AnswerRecord`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptRecord {
    /// The position of the backendRef.
    pub backend_ref: usize,
    /// The id of the endpoint.
    pub endpoint: String,
    /// Its address.
    pub address: Option<String>,
    /// The model to write into the request.
    pub model: Option<String>,
}

impl RequestRecord {
    /// What a plan reads of a request.
    pub fn of(request: &Request<'_>, plan: &Plan) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let headers = plan.header_names().flat_map(|name| {
            let values = values(request.headers, name);
            values.map(|value| (name.as_str().to_owned(), value.to_vec()))
        });
        Self {
            host: text(request.host),
            path: request.path.to_owned(),
            method: request.method.to_owned(),
            model: text(request.model),
            gateway: text(request.gateway),
            port: request.port,
            objective: text(request.objective),
            prompt_tokens: request.tokens(),
            prompt: request.prompt.filter(|_| plan.prefix.is_some()).map(PromptRecord::of),
            tenant: text(request.tenant),
            subset: text(request.subset),
            client_namespace: text(request.client_namespace),
            pool: text(request.pool),
            multimodal: request.multimodal,
            headers: headers.collect(),
        }
    }

    /// The request again.
    pub fn request(&self) -> Request<'_> {
        let mut request = Request::new(&self.headers).path(&self.path).method(&self.method);
        request.host = self.host.as_deref();
        request.model = self.model.as_deref();
        request.gateway = self.gateway.as_deref();
        request.port = self.port;
        request.objective = self.objective.as_deref();
        request.prompt_tokens = self.prompt_tokens;
        request.prompt = self.prompt.as_ref().map(PromptRecord::prompt);
        request.tenant = self.tenant.as_deref();
        request.subset = self.subset.as_deref();
        request.client_namespace = self.client_namespace.as_deref();
        request.pool = self.pool.as_deref();
        request.multimodal = self.multimodal;
        request
    }

    /// A number that tells requests apart: FNV-1a over every field with its length before it. The same on every platform and from every language. No
    /// secret: whoever can guess the request can compute it.
    pub fn digest(&self) -> u64 {
        let texts = [Some(&*self.path), Some(&*self.method), self.host.as_deref(), self.model.as_deref()];
        let more = [&self.gateway, &self.objective, &self.tenant, &self.subset, &self.client_namespace]
            .map(|text| text.as_deref());
        let mut hash = FNV_START;
        for text in texts.into_iter().chain(more) {
            // An absent text is none of any length.
            let length = text.map_or(u64::MAX, |text| wide(text.len()));
            hash = fnv(fnv(hash, &length.to_le_bytes()), text.unwrap_or_default().as_bytes());
        }
        let port = self.port.map_or(u64::MAX, u64::from);
        hash = fnv(fnv(hash, &port.to_le_bytes()), &self.prompt_tokens.to_le_bytes());
        hash = fnv(hash, &[self.multimodal.into()]);
        // Requests that name no pool, which most are, have the number that they had before any could.
        if let Some(pool) = &self.pool {
            hash = fnv(fnv(hash, &wide(pool.len()).to_le_bytes()), pool.as_bytes());
        }
        if let Some(prompt) = &self.prompt {
            hash = prompt.digest(hash);
        }
        for (name, value) in &self.headers {
            for bytes in [name.as_bytes(), value] {
                hash = fnv(fnv(hash, &wide(bytes.len()).to_le_bytes()), bytes);
            }
        }
        hash
    }
}

impl PromptRecord {
    fn of(prompt: Prompt<'_>) -> Self {
        match prompt {
            Prompt::Text(text) => Self::Text(text.to_vec()),
            Prompt::Tokens(tokens) => Self::Tokens(tokens.to_vec()),
            Prompt::Blocks(blocks) => Self::Blocks(blocks.to_vec()),
        }
    }

    fn prompt(&self) -> Prompt<'_> {
        match self {
            Self::Text(text) => Prompt::Text(text),
            Self::Tokens(tokens) => Prompt::Tokens(tokens),
            Self::Blocks(blocks) => Prompt::Blocks(blocks),
        }
    }

    fn digest(&self, hash: u64) -> u64 {
        let of = |hash: u64, kind: u8, length: usize| fnv(fnv(hash, &[kind]), &wide(length).to_le_bytes());
        match self {
            Self::Text(text) => fnv(of(hash, 1, text.len()), text),
            Self::Tokens(tokens) => {
                tokens.iter().fold(of(hash, 2, tokens.len()), |hash, token| fnv(hash, &token.to_le_bytes()))
            }
            Self::Blocks(blocks) => {
                blocks.iter().fold(of(hash, 3, blocks.len()), |hash, block| fnv(hash, &block.to_le_bytes()))
            }
        }
    }
}

impl DecisionRecord {
    /// The record of a decision on a request.
    pub fn of<S: Deref<Target = State>>(
        outcome: Result<&Decision<S>, &NoRoute<S>>,
        request: &RequestRecord,
        now: Nanos,
    ) -> Self {
        let (seed, state_version) = match outcome {
            Ok(decision) => (decision.seed(), decision.state_version()),
            Err(no_route) => (no_route.seed(), no_route.state_version()),
        };
        Self { now, seed, state_version, request: request.digest(), answer: AnswerRecord::of(outcome) }
    }
}

impl AnswerRecord {
    /// An outcome in plain values.
    pub fn of<S: Deref<Target = State>>(outcome: Result<&Decision<S>, &NoRoute<S>>) -> Self {
        match outcome {
            Ok(decision) => Self::Route {
                route: decision.route().to_owned(),
                rule: decision.rule(),
                attempts: std::iter::once(decision.primary())
                    .chain(decision.fallbacks())
                    .map(|attempt| AttemptRecord::of(&attempt))
                    .collect(),
                prefill: decision.prefill().map(|endpoint| endpoint.id.to_owned()),
                encode: decision.encode().map(|endpoint| endpoint.id.to_owned()),
            },
            Err(no_route) => {
                Self::NoRoute { status: no_route.status(), reason: no_route.reason().as_str().to_owned() }
            }
        }
    }
}

impl AttemptRecord {
    fn of(attempt: &AttemptView<'_>) -> Self {
        Self {
            backend_ref: attempt.backend_ref_index(),
            endpoint: attempt.endpoint().to_owned(),
            address: attempt.address().map(str::to_owned),
            model: attempt.model_override().map(str::to_owned),
        }
    }
}

fn values<'h>(headers: &'h dyn Headers, name: &'h HeaderName) -> impl Iterator<Item = &'h [u8]> {
    let found = headers.find(name);
    let one = match found {
        Found::One(value) => Some(value),
        _ => None,
    };
    let several = matches!(found, Found::Several).then_some(0..);
    one.into_iter().chain(several.into_iter().flatten().map_while(move |nth| headers.nth(name, nth)))
}
