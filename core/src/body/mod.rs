//! What routing needs out of a request body, found without building a tree of it.
//!
//! One pass checks the body whole and notes where the few fields stand that matter: the model, a handful of facts, and the prompt. Nothing is copied
//! unless a value that is asked for has escapes in it. Content never leaves by an error or a `Debug`.

mod changes;
mod error;
mod field;
mod form;
mod format;
mod json;
mod limits;
mod media;
mod multipart;
mod piece;
mod plain;
mod prompt;
mod rewrite;
mod rewrite_form;
mod scan;
mod text;
mod token;
mod walk;

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

pub use error::{BodyCode, BodyError};
pub use format::BodyFormat;
pub use limits::BodyLimits;
pub use piece::{Piece, PieceKind};
pub use prompt::{Pieces, PromptField};
pub use rewrite::rewrite_body;
pub use text::{Chunk, Chunks};

use error::Flaw;
use prompt::Fields;
use scan::Value;

/// What a request body says, borrowed from it.
///
/// ```
/// use inferroute::{Body, BodyFormat, BodyLimits};
///
/// let bytes = br#"{"model": "mistral", "stream": true, "messages": [{"role": "user", "content": "Hi\u0021"}]}"#;
/// let format = BodyFormat::of("/v1/chat/completions", Some("application/json"));
/// let body = Body::read(bytes, format, &BodyLimits::default())?;
/// assert_eq!((body.model(), body.stream()), (Some("mistral"), Some(true)));
/// let prompt: Vec<_> = body.pieces().map(|piece| piece.to_text()).collect();
/// assert_eq!(prompt, ["user", "Hi!"]);
/// # Ok::<(), inferroute::BodyError>(())
/// ```
#[derive(Clone, Default)]
pub struct Body<'b> {
    model: Option<Cow<'b, str>>,
    user: Option<Cow<'b, str>>,
    cache_salt: Option<Cow<'b, str>>,
    prompt_cache_key: Option<Cow<'b, str>>,
    previous_response_id: Option<Cow<'b, str>>,
    stream: Option<bool>,
    max_tokens: Option<u64>,
    fields: Fields<'b>,
}

impl<'b> Body<'b> {
    /// Reads `bytes` as `format` says, within `limits`.
    ///
    /// JSON is RFC 8259 to the letter, and must be an object. Keys mean what they say at the top level only, escapes in them decoded, case kept. Where
    /// a key stands twice the last one counts, as in Python, JavaScript, Go and `serde_json::Value`. (Go alone also takes keys in another case.) `null` is
    /// as good as absent. Only `model` is refused for its type; another fact of another type is as good as absent, since it is the endpoint that
    /// judges it.
    ///
    /// In a form, a part without a file name is a field; `model`, `stream` and `user` are read, the last of a name counts, and there is no prompt.
    ///
    /// An empty body, like [`BodyFormat::None`] with whatever bytes, says nothing: every getter gives `None` and there are no pieces.
    ///
    /// # Errors
    ///
    /// A [`BodyError`] with the first byte that is wrong; text that is not UTF-8 comes before anything else that is wrong with a JSON body.
    ///
    /// # Cost
    ///
    /// Linear in the bytes, whatever they are; no recursion. Allocates for the values of `model`, `user`, `cache_salt`, `prompt_cache_key` and
    /// `previous_response_id` that have escapes in them, otherwise not at all.
    pub fn read(bytes: &'b [u8], format: BodyFormat<'_>, limits: &BodyLimits) -> Result<Self, BodyError> {
        if bytes.is_empty() || format == BodyFormat::None {
            return Ok(Self::default());
        }
        let body = if bytes.len() > limits.bytes {
            Err(Flaw { code: BodyCode::TooLarge, at: limits.bytes })
        } else if let BodyFormat::Multipart { boundary } = format {
            form::read(bytes, boundary, limits)
        } else {
            json::read(bytes, format, limits)
        };
        body.map_err(|flaw| BodyError::new(flaw, bytes))
    }

    /// The model that is asked for. May be the empty string.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Whether the answer is to be streamed.
    pub fn stream(&self) -> Option<bool> {
        self.stream
    }

    /// The most tokens to generate: `max_completion_tokens`, else `max_tokens`, of OpenAI; `max_output_tokens` of responses; `max_tokens` of
    /// Anthropic. Numbers other than plain integers from 0 to 2^64 - 1 are as good as absent.
    pub fn max_tokens(&self) -> Option<u64> {
        self.max_tokens
    }

    /// The end user: `user` of OpenAI, else `metadata.user_id` of Anthropic. Said by the client, so never proof of who that is.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The salt by which engines keep prefix caches apart. Said by the client: a host that isolates tenants brings its own.
    pub fn cache_salt(&self) -> Option<&str> {
        self.cache_salt.as_deref()
    }

    /// `prompt_cache_key` of OpenAI: requests with the same key are expected to share a prefix.
    pub fn prompt_cache_key(&self) -> Option<&str> {
        self.prompt_cache_key.as_deref()
    }

    /// `previous_response_id` of responses: the answer that this request continues.
    pub fn previous_response_id(&self) -> Option<&str> {
        self.previous_response_id.as_deref()
    }

    /// The fields of the prompt as they stand in the body, strings without their quotes, in the order in which engines render them. That is not the
    /// order of the body: a request whose `tools` follow its `messages` still shares its prefix with one that is longer by a message.
    pub fn prompt_fields(&self) -> impl Iterator<Item = (PromptField, &'b str)> + use<'b> {
        self.fields.in_order().filter_map(|(field, value)| {
            let raw = match value? {
                Value::Text(text) => text.raw(),
                Value::Object(raw) | Value::Array(raw) | Value::Other(raw) => raw,
            };
            Some((field, raw))
        })
    }

    /// Whether its messages, or the input of responses, have images, audio or video in them: parts of a type such as `image_url`, `input_audio` or
    /// `image`, also in the results of tools. Walks over the prompt once more, allocates nothing.
    ///
    /// ```
    /// use inferroute::{Body, BodyFormat, BodyLimits};
    ///
    /// let bytes = br#"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}]}"#;
    /// assert!(Body::read(bytes, BodyFormat::Chat, &BodyLimits::default())?.has_media());
    /// # Ok::<(), inferroute::BodyError>(())
    /// ```
    pub fn has_media(&self) -> bool {
        media::is_in(self.fields.messages) || media::is_in(self.fields.input)
    }

    /// The prompt, piece by piece; see [`Pieces`].
    pub fn pieces(&self) -> Pieces<'b> {
        self.fields.pieces()
    }

    /// Gives `sink` the prompt as one sequence of bytes, until it breaks. Made for hashing: two requests that share the first messages of a
    /// conversation give the same leading bytes, and where the chunks are cut carries no meaning.
    ///
    /// The sequence is that of [`pieces`](Self::pieces), decoded, each after a byte that UTF-8 never has (0xff role, 0xfe text, 0xfd raw), so that no
    /// text can pass for another sequence of pieces. Allocates nothing.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use inferroute::{Body, BodyFormat, BodyLimits};
    ///
    /// let body = Body::read(br#"{"prompt": "say \"hi\""}"#, BodyFormat::Completions, &BodyLimits::default())?;
    /// let mut bytes = Vec::new();
    /// let _ = body.prompt_bytes(|chunk| {
    ///     bytes.extend_from_slice(chunk);
    ///     if bytes.len() < 1024 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    /// });
    /// assert_eq!(bytes, b"\xfesay \"hi\"");
    /// # Ok::<(), inferroute::BodyError>(())
    /// ```
    pub fn prompt_bytes<B>(&self, sink: impl FnMut(&[u8]) -> ControlFlow<B>) -> ControlFlow<B> {
        prompt::feed(self.pieces(), sink)
    }
}

impl fmt::Debug for Body<'_> {
    /// Content stays out: bodies are private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("stream", &self.stream)
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}
