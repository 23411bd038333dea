//! The shapes of answers.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::ask::{Api, Ask};
use crate::rng::mix;

const WORDS: [&str; 16] = [
    "blue", "river", "seven", "quiet", "stone", "paper", "north", "light", "green", "early", "cloud", "salt",
    "round", "winter", "copper", "open",
];

/// An answer that is being given.
pub(crate) struct Answer {
    api: Api,
    model: String,
    id: String,
    created: u64,
    random: u64,
    pub(crate) tokens: usize,
    finish_reason: &'static str,
    prompt_tokens: usize,
    include_usage: bool,
}

impl Answer {
    /// The answer to request number `number`: as long as it asks for, else 8 to 32 tokens.
    pub(crate) fn new(ask: &Ask, seed: u64, number: u64) -> Self {
        let random = mix(seed ^ mix(number));
        let (prefix, api) = match ask.api {
            Api::Chat => ("chatcmpl", Api::Chat),
            Api::Completions => ("cmpl", Api::Completions),
        };
        let (tokens, finish_reason) = match ask.max_tokens {
            Some(tokens) => (tokens, "length"),
            None => (8 + (random % 25) as usize, "stop"),
        };
        Self {
            api,
            model: ask.model.clone(),
            id: format!("{prefix}-{random:016x}"),
            created: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            random,
            tokens,
            finish_reason,
            prompt_tokens: ask.prompt.len(),
            include_usage: ask.include_usage,
        }
    }

    /// Token number `index` of the answer: a word, with a blank before all but the first.
    fn word(&self, index: usize) -> String {
        let word = WORDS[(mix(self.random ^ index as u64) % WORDS.len() as u64) as usize];
        if index == 0 { word.to_owned() } else { format!(" {word}") }
    }

    fn object(&self, streamed: bool) -> &'static str {
        match (self.api, streamed) {
            (Api::Chat, true) => "chat.completion.chunk",
            (Api::Chat, false) => "chat.completion",
            (Api::Completions, _) => "text_completion",
        }
    }

    fn with(&self, streamed: bool, choices: Value) -> Value {
        json!({"id": self.id, "object": self.object(streamed), "created": self.created, "model": self.model,
            "choices": choices})
    }

    fn usage(&self, cached_tokens: usize) -> Value {
        json!({"prompt_tokens": self.prompt_tokens, "completion_tokens": self.tokens,
            "total_tokens": self.prompt_tokens + self.tokens,
            "prompt_tokens_details": {"cached_tokens": cached_tokens}})
    }

    /// The answer in one piece.
    pub(crate) fn whole(&self, cached_tokens: usize) -> String {
        let text: String = (0..self.tokens).map(|index| self.word(index)).collect();
        let choice = match self.api {
            Api::Chat => json!({"index": 0, "message": {"role": "assistant", "content": text},
                "finish_reason": self.finish_reason}),
            Api::Completions => json!({"index": 0, "text": text, "finish_reason": self.finish_reason}),
        };
        let mut whole = self.with(false, json!([choice]));
        whole["usage"] = self.usage(cached_tokens);
        whole.to_string()
    }

    /// The chunk of token number `index`; with the first one of a chat goes the role.
    pub(crate) fn chunk(&self, index: usize) -> String {
        let word = self.word(index);
        let finish = (index + 1 == self.tokens).then_some(self.finish_reason);
        let choice = match self.api {
            Api::Chat if index == 0 => {
                json!({"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": finish})
            }
            Api::Chat => json!({"index": 0, "delta": {"content": word}, "finish_reason": finish}),
            Api::Completions => json!({"index": 0, "text": word, "finish_reason": finish}),
        };
        line(&self.with(true, json!([choice])))
    }

    /// What follows the last token.
    pub(crate) fn end(&self, cached_tokens: usize) -> String {
        let mut end = String::new();
        if self.include_usage {
            let mut usage = self.with(true, json!([]));
            usage["usage"] = self.usage(cached_tokens);
            end = line(&usage);
        }
        end + "data: [DONE]\n\n"
    }
}

fn line(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// An error as OpenAI's API shapes it.
pub(crate) fn error(status: u16, kind: &str, message: &str) -> String {
    json!({"error": {"message": message, "type": kind, "param": null, "code": status}}).to_string()
}
