//! The facts of a JSON body: the top-level keys that matter, whatever order they stand in.

use std::borrow::Cow;

use super::error::{BodyCode, Flaw};
use super::field::Field;
use super::prompt::Fields;
use super::scan::{Scanner, Value};
use super::walk::Walk;
use super::{Body, BodyFormat, BodyLimits};

/// The values of the top-level keys, as they were last seen.
#[derive(Default)]
struct Seen<'b> {
    model: Option<(Value<'b>, usize)>,
    stream: Option<Value<'b>>,
    max_tokens: Option<Value<'b>>,
    max_completion_tokens: Option<Value<'b>>,
    max_output_tokens: Option<Value<'b>>,
    user: Option<Value<'b>>,
    cache_salt: Option<Value<'b>>,
    prompt_cache_key: Option<Value<'b>>,
    previous_response_id: Option<Value<'b>>,
    metadata: Option<Value<'b>>,
    fields: Fields<'b>,
}

impl<'b> Seen<'b> {
    fn note(&mut self, field: Field, value: Value<'b>, at: usize) {
        let slot = match field {
            Field::Model => {
                self.model = Some((value, at));
                return;
            }
            Field::Stream => &mut self.stream,
            Field::MaxTokens => &mut self.max_tokens,
            Field::MaxCompletionTokens => &mut self.max_completion_tokens,
            Field::MaxOutputTokens => &mut self.max_output_tokens,
            Field::User => &mut self.user,
            Field::CacheSalt => &mut self.cache_salt,
            Field::PromptCacheKey => &mut self.prompt_cache_key,
            Field::PreviousResponseId => &mut self.previous_response_id,
            Field::Metadata => &mut self.metadata,
            Field::Tools => &mut self.fields.tools,
            Field::System => &mut self.fields.system,
            Field::Instructions => &mut self.fields.instructions,
            Field::Messages => &mut self.fields.messages,
            Field::Prompt => &mut self.fields.prompt,
            Field::Input => &mut self.fields.input,
        };
        *slot = if let Value::Other("null") = value { None } else { Some(value) };
    }

    fn body(self) -> Result<Body<'b>, Flaw> {
        let model = match self.model {
            None | Some((Value::Other("null"), _)) => None,
            Some((Value::Text(text), _)) => Some(text.to_cow()),
            Some((_, at)) => return Err(Flaw { code: BodyCode::ModelNotText, at }),
        };
        let stream = match self.stream {
            Some(Value::Other("true")) => Some(true),
            Some(Value::Other("false")) => Some(false),
            _ => None,
        };
        let max_tokens = integer(self.max_completion_tokens)
            .or(integer(self.max_output_tokens))
            .or(integer(self.max_tokens));
        Ok(Body {
            model,
            user: text(self.user).or_else(|| user_id(self.metadata)),
            cache_salt: text(self.cache_salt),
            prompt_cache_key: text(self.prompt_cache_key),
            previous_response_id: text(self.previous_response_id),
            stream,
            max_tokens,
            fields: self.fields,
        })
    }
}

fn text(value: Option<Value<'_>>) -> Option<Cow<'_, str>> {
    if let Value::Text(text) = value? { Some(text.to_cow()) } else { None }
}

fn integer(value: Option<Value<'_>>) -> Option<u64> {
    if let Value::Other(number) = value? { number.parse().ok() } else { None }
}

/// `user_id` of Anthropic's metadata.
fn user_id(metadata: Option<Value<'_>>) -> Option<Cow<'_, str>> {
    let Value::Object(raw) = metadata? else { return None };
    let last = Walk::new(raw).filter(|(key, _)| key.is("user_id")).last();
    text(last.map(|(_, value)| value))
}

/// Reads an object, checking all of it.
pub(super) fn read<'b>(
    bytes: &'b [u8],
    format: BodyFormat<'_>,
    limits: &BodyLimits,
) -> Result<Body<'b>, Flaw> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        // Without a length the text stops within a character.
        let code = if error.error_len().is_some() { BodyCode::InvalidUtf8 } else { BodyCode::Truncated };
        Flaw { code, at: error.valid_up_to() }
    })?;
    let mut scanner = Scanner::new(text, limits.depth);
    scanner.space();
    if scanner.peek() != Some(b'{') {
        let at = scanner.at();
        scanner.value()?;
        return Err(Flaw { code: BodyCode::NotAnObject, at });
    }
    let mut seen = Seen::default();
    scanner.open()?;
    let mut first = true;
    while scanner.step(b'}', first)? {
        first = false;
        let key = scanner.key()?;
        let at = scanner.at();
        let value = scanner.value()?;
        if let Some(field) = Field::of(key, format) {
            seen.note(field, value, at);
        }
    }
    scanner.space();
    if scanner.peek().is_some() {
        return Err(scanner.flaw(BodyCode::Trailing));
    }
    seen.body()
}
