//! Which top-level keys of which format mean what.

use super::BodyFormat;
use super::text::Text;

/// A top-level key that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Model,
    Stream,
    MaxTokens,
    MaxCompletionTokens,
    MaxOutputTokens,
    User,
    CacheSalt,
    PromptCacheKey,
    PreviousResponseId,
    Metadata,
    Tools,
    System,
    Instructions,
    Messages,
    Prompt,
    Input,
}

const KEYS: &[(&str, Field)] = &[
    ("model", Field::Model),
    ("messages", Field::Messages),
    ("stream", Field::Stream),
    ("max_tokens", Field::MaxTokens),
    ("max_completion_tokens", Field::MaxCompletionTokens),
    ("max_output_tokens", Field::MaxOutputTokens),
    ("user", Field::User),
    ("cache_salt", Field::CacheSalt),
    ("prompt_cache_key", Field::PromptCacheKey),
    ("previous_response_id", Field::PreviousResponseId),
    ("metadata", Field::Metadata),
    ("tools", Field::Tools),
    ("system", Field::System),
    ("instructions", Field::Instructions),
    ("prompt", Field::Prompt),
    ("input", Field::Input),
];

impl Field {
    /// What `key` means in a body of `format`; `None` where it means nothing to routing.
    pub(super) fn of(key: Text<'_>, format: BodyFormat<'_>) -> Option<Self> {
        let field = KEYS.iter().find(|(name, _)| key.is(name)).map(|(_, field)| *field)?;
        field.belongs_to(format).then_some(field)
    }

    fn belongs_to(self, format: BodyFormat<'_>) -> bool {
        use BodyFormat::{Chat, Completions, CountTokens, Embeddings, Json, Messages, Responses};
        match self {
            Self::Model | Self::Stream | Self::User | Self::CacheSalt => true,
            Self::MaxTokens => matches!(format, Chat | Completions | Messages | Json),
            Self::MaxCompletionTokens => matches!(format, Chat | Json),
            Self::MaxOutputTokens | Self::PreviousResponseId | Self::Instructions => {
                matches!(format, Responses | Json)
            }
            Self::PromptCacheKey => matches!(format, Chat | Completions | Responses | Json),
            Self::Metadata | Self::System => matches!(format, Messages | CountTokens | Json),
            Self::Tools => !matches!(format, Completions | Embeddings),
            Self::Messages => matches!(format, Chat | Messages | CountTokens | Json),
            Self::Prompt => matches!(format, Completions | Json),
            Self::Input => matches!(format, Responses | Embeddings | Json),
        }
    }
}
