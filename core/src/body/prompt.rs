//! The prompt of a body as a sequence of pieces, the same for the same conversation however it is spaced and escaped.
//!
//! Nothing is copied: a piece points into the body, and its text is decoded while it is read.

use std::fmt;
use std::ops::ControlFlow;

use super::piece::Piece;
use super::scan::Value;
use super::text::Text;
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
        Pieces { fields: self.in_order(), walk: None }
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
    /// The list of a prompt field that is being walked, and the level that is.
    walk: Option<(Walk<'b>, Level)>,
}

/// How far inside a prompt field a walk is. Anything deeper is raw.
#[derive(Clone, Copy)]
enum Level {
    /// Elements of the field.
    Items,
    /// Members of a message.
    Members,
    /// Elements of a message's content.
    Parts,
    /// Members of a part of a message's content.
    Part,
    /// Elements of a system prompt.
    SystemParts,
    /// Members of a part of a system prompt.
    SystemPart,
}

impl Level {
    /// The level around this one.
    fn out(self) -> Option<Self> {
        match self {
            Self::Items | Self::SystemParts => None,
            Self::Members => Some(Self::Items),
            Self::Parts => Some(Self::Members),
            Self::Part => Some(Self::Parts),
            Self::SystemPart => Some(Self::SystemParts),
        }
    }

    fn is_object(self) -> bool {
        matches!(self, Self::Members | Self::Part | Self::SystemPart)
    }

    /// Whether a member gives no piece; a message's role has been given first.
    fn passes_over(self, key: Text<'_>, value: Value<'_>) -> bool {
        let role = matches!((self, value), (Self::Members, Value::Text(_))) && key.is("role");
        role || key.is("type") || key.is("cache_control")
    }

    /// The level of the list that begins with `byte` under `key`, where pieces are made of its elements.
    fn inner(self, key: Text<'_>, byte: Option<u8>) -> Option<Self> {
        match (self, byte) {
            (Self::Items, Some(b'{')) => Some(Self::Members),
            (Self::Members, Some(b'[')) if key.is("content") => Some(Self::Parts),
            (Self::Parts, Some(b'{')) => Some(Self::Part),
            (Self::SystemParts, Some(b'{')) => Some(Self::SystemPart),
            _ => None,
        }
    }
}

impl<'b> Pieces<'b> {
    fn field(&mut self, field: PromptField, value: Value<'b>) -> Option<Piece<'b>> {
        let Value::Array(raw) = value else { return Piece::whole(value) };
        let walk = Walk::new(raw);
        let level = match field {
            PromptField::Tools => return Piece::whole(value),
            PromptField::System => Level::SystemParts,
            _ => Level::Items,
        };
        // A list of token ids is one piece, and so is a list of such lists.
        if matches!(level, Level::Items) {
            let mut ahead = walk.clone();
            ahead.step()?;
            if !matches!(ahead.peek(), Some(b'"' | b'{')) {
                return Piece::whole(value);
            }
        }
        self.walk = Some((walk, level));
        None
    }
}

impl<'b> Iterator for Pieces<'b> {
    type Item = Piece<'b>;

    fn next(&mut self) -> Option<Piece<'b>> {
        self.advance()
    }
}

impl<'b> Pieces<'b> {
    /// [`next`](Iterator::next), in line where every byte of a prompt passes: a piece that is handed over in memory is waited for.
    #[inline(always)]
    fn advance(&mut self) -> Option<Piece<'b>> {
        loop {
            let Some((walk, level)) = &mut self.walk else {
                let (field, value) = self.fields.next()?;
                match value.and_then(|value| self.field(field, value)) {
                    None => continue,
                    piece => return piece,
                }
            };
            let Some(key) = walk.step() else {
                match level.out() {
                    Some(outer) => {
                        walk.leave(outer.is_object());
                        *level = outer;
                    }
                    None => self.walk = None,
                }
                continue;
            };
            if let Some(inner) = level.inner(key, walk.peek()) {
                walk.enter();
                *level = inner;
                let role = if matches!(inner, Level::Members) { role(walk) } else { None };
                match role {
                    Some(text) => return Some(Piece::role(text)),
                    None => continue,
                }
            }
            let value = walk.value();
            if level.is_object() && level.passes_over(key, value) {
                continue;
            }
            if let Some(piece) = Piece::whole(value) {
                return Some(piece);
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

/// The role of a message, wherever it stands among the members. Goes past it where it is the first, as it mostly is: members of that name give no piece of
/// their own.
#[inline(always)]
fn role<'b>(members: &mut Walk<'b>) -> Option<Text<'b>> {
    let begin = members.at();
    if members.step().is_some_and(|key| key.is("role"))
        && let Some(role) = members.text()
    {
        return Some(role);
    }
    members.back_to(begin);
    role_further_on(members)
}

#[cold]
fn role_further_on<'b>(members: &Walk<'b>) -> Option<Text<'b>> {
    members.clone().find_map(|(key, value)| match value {
        Value::Text(text) if key.is("role") => Some(text),
        _ => None,
    })
}

/// Gives `sink` the bytes of the pieces in order, each piece after its mark, until it breaks.
pub(super) fn feed<B>(
    mut pieces: Pieces<'_>,
    mut sink: impl FnMut(&[u8]) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut buffer = [0; 4];
    while let Some(piece) = pieces.advance() {
        sink(&[piece.kind().mark()])?;
        for chunk in piece.chunks() {
            sink(chunk.bytes(&mut buffer))?;
        }
    }
    ControlFlow::Continue(())
}
