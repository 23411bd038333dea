//! What a client asks for.

use serde_json::Value;

use crate::config::Config;
use crate::tokens;

/// Which of the two APIs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Api {
    Chat,
    Completions,
}

/// A request, as far as it matters here.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) api: Api,
    pub(crate) model: String,
    pub(crate) prompt: Vec<u32>,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    /// Tokens of the answer, where the client says how many.
    pub(crate) max_tokens: Option<usize>,
}

/// A refusal: status, type and message.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

fn bad(message: impl Into<String>) -> Refusal {
    Refusal(400, "BadRequestError", message.into())
}

impl Ask {
    pub(crate) fn read(api: Api, body: &[u8], config: &Config) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
        let model = body["model"].as_str().ok_or_else(|| bad("`model` must be a string"))?.to_owned();
        let is_served =
            config.models.is_empty() || config.models.contains(&model) || config.loras.contains(&model);
        if !is_served {
            return Err(Refusal(404, "NotFoundError", format!("The model `{model}` does not exist.")));
        }
        let prompt = match api {
            Api::Chat => tokens::of(&rendered(&body["messages"])?),
            Api::Completions => prompt(&body["prompt"])?,
        };
        let max_tokens = match body.get("max_completion_tokens").or(body.get("max_tokens")) {
            None | Some(Value::Null) => None,
            Some(tokens) => {
                let tokens = tokens.as_u64().filter(|tokens| (1..=1 << 20).contains(tokens));
                Some(tokens.ok_or_else(|| bad("`max_tokens` must be a whole number from 1 to 1048576"))?
                    as usize)
            }
        };
        Ok(Self {
            api,
            model,
            prompt,
            stream: body["stream"] == true,
            include_usage: body["stream_options"]["include_usage"] == true,
            max_tokens,
        })
    }
}

/// The messages as one text: role, colon, blank, content, line feed.
fn rendered(messages: &Value) -> Result<String, Refusal> {
    let messages = messages.as_array().ok_or_else(|| bad("`messages` must be a list"))?;
    let mut text = String::new();
    for message in messages {
        let role = message["role"].as_str().ok_or_else(|| bad("a message needs a `role`"))?;
        text.push_str(role);
        text.push_str(": ");
        match &message["content"] {
            Value::String(content) => text.push_str(content),
            Value::Array(parts) => {
                parts.iter().filter_map(|part| part["text"].as_str()).for_each(|part| text.push_str(part));
            }
            Value::Null => {}
            _ => return Err(bad("`content` must be text or a list of parts")),
        }
        text.push('\n');
    }
    Ok(text)
}

fn prompt(prompt: &Value) -> Result<Vec<u32>, Refusal> {
    let wrong = || bad("`prompt` must be a text, a list with one text, or a list of tokens");
    match prompt {
        Value::String(text) => Ok(tokens::of(text)),
        Value::Array(items) => match items.as_slice() {
            [Value::String(text)] => Ok(tokens::of(text)),
            items => {
                let token = |item: &Value| item.as_u64().and_then(|token| u32::try_from(token).ok());
                items.iter().map(|item| token(item).ok_or_else(wrong)).collect()
            }
        },
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(api: Api, body: &str) -> Result<Ask, u16> {
        let config = Config { models: vec!["llama".into()], loras: vec!["sql".into()], ..Config::default() };
        Ask::read(api, body.as_bytes(), &config).map_err(|refusal| refusal.0)
    }

    #[test]
    fn messages_are_rendered_to_one_text() {
        let ask = read(Api::Chat, r#"{"model": "llama", "messages": [{"role": "user", "content": "Hi"}]}"#);
        assert_eq!(ask.unwrap().prompt, tokens::of("user: Hi\n"));
        let parts = r#"{"model": "sql", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}"#;
        assert_eq!(read(Api::Chat, parts).unwrap().prompt, tokens::of("user: Hi\n"));
    }

    #[test]
    fn prompts_are_texts_or_tokens() {
        assert_eq!(read(Api::Completions, r#"{"model": "llama", "prompt": [1, 2]}"#).unwrap().prompt, [1, 2]);
        let ask = read(Api::Completions, r#"{"model": "llama", "prompt": "abcd", "max_tokens": 3}"#).unwrap();
        assert_eq!((ask.prompt, ask.max_tokens), (tokens::of("abcd"), Some(3)));
    }

    #[test]
    fn what_cannot_be_served_is_refused() {
        for (body, status) in [
            ("{", 400),
            (r#"{"prompt": "a"}"#, 400),
            (r#"{"model": "gpt", "prompt": "a"}"#, 404),
            (r#"{"model": "llama", "prompt": 3}"#, 400),
            (r#"{"model": "llama", "prompt": "a", "max_tokens": 0}"#, 400),
        ] {
            assert_eq!(read(Api::Completions, body).unwrap_err(), status, "{body}");
        }
    }
}
