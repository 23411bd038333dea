//! The prompt of a body as a sequence of pieces, the same for the same conversation however it is spaced and escaped.
//!
//! Nothing is copied: a piece points into the body, and its text is decoded while it is read.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use super::scan::Value;
use super::text::{Chunks, Text};
use super::walk::Walk;

/// A field that takes part in the prompt, in the order in which engines render them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PromptField {
    /// `tools`.
    Tools,
    /// `system` of Anthropic's formats.
    System,
    /// `instructions` of responses.
    Instructions,
    /// `messages`.
    Messages,
    /// `prompt` of completions.
    Prompt,
    /// `input` of responses and embeddings.
    Input,
}

/// The prompt fields of a body.
#[derive(Clone, Copy, Default)]
pub(super) struct Fields<'b> {
    pub(super) tools: Option<Value<'b>>,
    pub(super) system: Option<Value<'b>>,
    pub(super) instructions: Option<Value<'b>>,
    pub(super) messages: Option<Value<'b>>,
    pub(super) prompt: Option<Value<'b>>,
    pub(super) input: Option<Value<'b>>,
}

type InOrder<'b> = std::array::IntoIter<(PromptField, Option<Value<'b>>), 6>;

impl<'b> Fields<'b> {
    pub(super) fn in_order(&self) -> InOrder<'b> {
        [
            (PromptField::Tools, self.tools),
            (PromptField::System, self.system),
            (PromptField::Instructions, self.instructions),
            (PromptField::Messages, self.messages),
            (PromptField::Prompt, self.prompt),
            (PromptField::Input, self.input),
        ]
        .into_iter()
    }

    pub(super) fn pieces(&self) -> Pieces<'b> {
        Pieces { fields: self.in_order(), items: None, members: None, parts: None, part: None }
    }
}

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
    const fn mark(self) -> u8 {
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

/// The pieces of a prompt, in the order in which engines render them: tools, system prompt, then the conversation.
///
/// A message gives its role first, then its other members as they stand: `content` (a string, or the members of each of its parts) and whatever
/// else is said, such as tool calls. `type`, `cache_control` and null members give nothing, since they change without the prompt changing.
/// A list of token ids is one raw piece.
///
/// Two bodies whose conversations begin with the same messages begin with the same pieces, whatever their spacing and their way to escape strings;
/// raw pieces are compared as they are written. Walking costs one more pass over the prompt, allocates nothing, and may stop anywhere.
#[derive(Clone)]
pub struct Pieces<'b> {
    fields: InOrder<'b>,
    /// Elements of a prompt field.
    items: Option<Walk<'b>>,
    /// Members of a message.
    members: Option<Walk<'b>>,
    /// Elements of a message's content.
    parts: Option<Walk<'b>>,
    /// Members of a part.
    part: Option<Walk<'b>>,
}

impl<'b> Pieces<'b> {
    fn field(&mut self, field: PromptField, value: Value<'b>) -> Option<Piece<'b>> {
        match (field, value) {
            (PromptField::System, Value::Array(raw)) => self.parts = Some(Walk::new(raw)),
            (PromptField::Tools, _) => return whole(value),
            (_, Value::Array(raw)) => {
                let items = Walk::new(raw);
                match items.clone().next() {
                    Some((_, Value::Other(_) | Value::Array(_))) => return whole(value),
                    _ => self.items = Some(items),
                }
            }
            _ => return whole(value),
        }
        None
    }

    /// An element of a prompt field.
    fn item(&mut self, value: Value<'b>) -> Option<Piece<'b>> {
        let Value::Object(raw) = value else { return whole(value) };
        let members = Walk::new(raw);
        let role = members.clone().find(|(key, value)| matches!(value, Value::Text(_)) && key.is("role"));
        self.members = Some(members);
        match role {
            Some((_, Value::Text(text))) => Some(Piece { kind: PieceKind::Role, text }),
            _ => None,
        }
    }

    /// A member of a message.
    fn member(&mut self, key: Text<'b>, value: Value<'b>) -> Option<Piece<'b>> {
        match value {
            Value::Text(_) if key.is("role") => None,
            Value::Array(raw) if key.is("content") => {
                self.parts = Some(Walk::new(raw));
                None
            }
            _ => member(key, value),
        }
    }

    /// An element of a message's content.
    fn content(&mut self, value: Value<'b>) -> Option<Piece<'b>> {
        let Value::Object(raw) = value else { return whole(value) };
        self.part = Some(Walk::new(raw));
        None
    }
}

impl<'b> Iterator for Pieces<'b> {
    type Item = Piece<'b>;

    fn next(&mut self) -> Option<Piece<'b>> {
        loop {
            // The innermost list goes first; one that has ended gives way to the list around it.
            let piece = if let Some((key, value)) = next_of(&mut self.part) {
                member(key, value)
            } else if let Some((_, value)) = next_of(&mut self.parts) {
                self.content(value)
            } else if let Some((key, value)) = next_of(&mut self.members) {
                self.member(key, value)
            } else if let Some((_, value)) = next_of(&mut self.items) {
                self.item(value)
            } else {
                match self.fields.next()? {
                    (field, Some(value)) => self.field(field, value),
                    _ => None,
                }
            };
            if piece.is_some() {
                return piece;
            }
        }
    }
}

impl fmt::Debug for Pieces<'_> {
    /// Content stays out: bodies are private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces(..)")
    }
}

fn next_of<'b>(walk: &mut Option<Walk<'b>>) -> Option<(Text<'b>, Value<'b>)> {
    let next = walk.as_mut()?.next();
    if next.is_none() {
        *walk = None;
    }
    next
}

/// A member that is no list of parts.
fn member<'b>(key: Text<'b>, value: Value<'b>) -> Option<Piece<'b>> {
    if key.is("type") || key.is("cache_control") { None } else { whole(value) }
}

/// A value as one piece; null is none.
fn whole(value: Value<'_>) -> Option<Piece<'_>> {
    match value {
        Value::Text(text) => Some(Piece { kind: PieceKind::Text, text }),
        Value::Other("null") => None,
        Value::Object(raw) | Value::Array(raw) | Value::Other(raw) => {
            Some(Piece { kind: PieceKind::Raw, text: Text::verbatim(raw) })
        }
    }
}

/// Gives `sink` the bytes of the pieces in order, each piece after its mark, until it breaks.
pub(super) fn feed<B>(pieces: Pieces<'_>, mut sink: impl FnMut(&[u8]) -> ControlFlow<B>) -> ControlFlow<B> {
    let mut buffer = [0; 4];
    for piece in pieces {
        sink(&[piece.kind.mark()])?;
        for chunk in piece.chunks() {
            sink(chunk.bytes(&mut buffer))?;
        }
    }
    ControlFlow::Continue(())
}
