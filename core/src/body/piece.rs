//! A piece of a prompt: what it is, and where it stands in the body.

use std::borrow::Cow;
use std::fmt;

use super::scan::Value;
use super::text::{Chunks, Text};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// The role a message begins with.
    Role,
    /// Text: of a message, a system prompt, a prompt, an input, or of a string member of a message or part (an image's URL, a tool call's id).
    Text,
    /// Any other JSON that takes part in the prompt, byte for byte as it stands in the body: tools, tool calls, images, token ids.
    Raw,
}

impl PieceKind {
    /// A byte that no UTF-8 text holds, so that pieces in a row cannot be taken for others.
    pub(super) const fn mark(self) -> u8 {
        match self {
            Self::Role => 0xff,
            Self::Text => 0xfe,
            Self::Raw => 0xfd,
        }
    }
}

/// A piece of a prompt, borrowed from the body.
#[derive(Clone, Copy)]
pub struct Piece<'b> {
    kind: PieceKind,
    text: Text<'b>,
}

impl<'b> Piece<'b> {
    #[inline]
    pub(super) fn role(text: Text<'b>) -> Self {
        Self { kind: PieceKind::Role, text }
    }

    /// A value as one piece; null is none.
    #[inline(always)]
    pub(super) fn whole(value: Value<'b>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self { kind: PieceKind::Text, text }),
            Value::Other("null") => None,
            Value::Object(raw) | Value::Array(raw) | Value::Other(raw) => {
                Some(Self { kind: PieceKind::Raw, text: Text::verbatim(raw) })
            }
        }
    }

    /// What the piece is.
    pub fn kind(&self) -> PieceKind {
        self.kind
    }

    /// The piece as runs and characters, decoded on the way. Allocates nothing.
    pub fn chunks(&self) -> Chunks<'b> {
        self.text.chunks()
    }

    /// The whole piece. Allocates where the body has escapes in it.
    pub fn to_text(&self) -> Cow<'b, str> {
        self.text.to_cow()
    }

    /// The piece as it stands in the body, escapes and all.
    pub fn as_written(&self) -> &'b str {
        self.text.raw()
    }
}

impl fmt::Debug for Piece<'_> {
    /// Content stays out: bodies are private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({:?}, {} bytes)", self.kind, self.text.raw().len())
    }
}
