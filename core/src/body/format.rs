//! What kind of body a request has, by its path and content type.

/// The shape of a request body: which of its fields mean what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFormat<'h> {
    /// OpenAI chat completions.
    Chat,
    /// OpenAI completions.
    Completions,
    /// OpenAI responses, and the count of their input tokens.
    Responses,
    /// OpenAI embeddings.
    Embeddings,
    /// Anthropic messages.
    Messages,
    /// The count of an Anthropic message's tokens.
    CountTokens,
    /// Any other JSON object with a `model`: speech, images, rerank, tokenize. The fields of all shapes are read.
    Json,
    /// A form, as transcriptions, translations and edits of images send it.
    Multipart {
        /// What separates the parts, without the two dashes; empty where the content type names none, and then reading fails.
        boundary: &'h str,
    },
    /// No body that is looked at, for example of a GET.
    None,
}

impl<'h> BodyFormat<'h> {
    /// The format of a request's body. `path` may carry a query; `content_type` is the header's value.
    ///
    /// 1. `multipart/form-data` is a form, whatever the path.
    /// 2. A path of the table below decides, whatever the content type: clients forget it.
    /// 3. On other paths, `application/json` and `application/…+json` are JSON, and anything else is not looked at.
    ///
    /// | path | format |
    /// |---|---|
    /// | `/v1/chat/completions` | `Chat` |
    /// | `/v1/completions` | `Completions` |
    /// | `/v1/responses`, `/v1/responses/input_tokens` | `Responses` |
    /// | `/v1/embeddings` | `Embeddings` |
    /// | `/anthropic/v1/messages`, `/v1/messages` | `Messages` |
    /// | the same with `/count_tokens` | `CountTokens` |
    /// | `/v1/audio/speech`, `/v1/images/generations`, `/cohere/v2/rerank`, `/tokenize` | `Json` |
    /// | `/v1/models`, `/anthropic/v1/models` | `None` |
    ///
    /// Paths compare byte for byte; a host that serves them under a prefix takes it off first. Costs nothing that grows with the body.
    ///
    /// ```
    /// use inferroute::BodyFormat;
    ///
    /// assert_eq!(BodyFormat::of("/v1/chat/completions?x=1", None), BodyFormat::Chat);
    /// let form = BodyFormat::of("/v1/audio/transcriptions", Some("multipart/form-data; boundary=\"b 1\""));
    /// assert_eq!(form, BodyFormat::Multipart { boundary: "b 1" });
    /// ```
    pub fn of(path: &str, content_type: Option<&'h str>) -> Self {
        let (media_type, parameters) = content_type.map_or(("", ""), |value| split(value, ';'));
        let media_type = media_type.trim_matches([' ', '\t']);
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            return Self::Multipart { boundary: boundary(parameters).unwrap_or_default() };
        }
        match split(path, '?').0 {
            "/v1/chat/completions" => Self::Chat,
            "/v1/completions" => Self::Completions,
            "/v1/responses" | "/v1/responses/input_tokens" => Self::Responses,
            "/v1/embeddings" => Self::Embeddings,
            "/anthropic/v1/messages" | "/v1/messages" => Self::Messages,
            "/anthropic/v1/messages/count_tokens" | "/v1/messages/count_tokens" => Self::CountTokens,
            "/v1/audio/speech" | "/v1/images/generations" | "/cohere/v2/rerank" | "/tokenize" => Self::Json,
            "/v1/models" | "/anthropic/v1/models" => Self::None,
            _ if is_json(media_type) => Self::Json,
            _ => Self::None,
        }
    }
}

/// What stands before and after the first `at`.
fn split(text: &str, at: char) -> (&str, &str) {
    text.split_once(at).unwrap_or((text, ""))
}

fn is_json(media_type: &str) -> bool {
    let Some((kind, subtype)) = media_type.split_once('/') else { return false };
    let suffix = subtype.rsplit_once('+').map_or(subtype, |(_, suffix)| suffix);
    kind.eq_ignore_ascii_case("application") && suffix.eq_ignore_ascii_case("json")
}

/// The parameter `boundary` of a content type: a token or a quoted string (RFC 9110, section 5.6.6).
///
/// A boundary holds neither quotes nor backslashes (RFC 2046, section 5.1.1), so one with quoted pairs is as good as none.
fn boundary(mut parameters: &str) -> Option<&str> {
    loop {
        let (name, rest) = parameters.split_once('=')?;
        // Parameters without a value are passed over.
        let name = name.rsplit(';').next().unwrap_or(name).trim_matches([' ', '\t']);
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_end(quoted)?,
            None => split(rest, ';'),
        };
        if name.eq_ignore_ascii_case("boundary") {
            let value = if rest.starts_with('"') { value } else { value.trim_matches([' ', '\t']) };
            return is_boundary(value).then_some(value);
        }
        parameters = after;
    }
}

/// Splits at the quote that ends a quoted string; `None` where there is none.
fn quoted_end(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let (value, rest) = text.split_at_checked(end)?;
    Some((value, rest.strip_prefix('"')?))
}

fn is_boundary(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    (1..=70).contains(&text.len()) && !text.ends_with(' ') && text.bytes().all(allowed)
}
