//! Why a body was refused, and where. Bodies are private: no message holds any of their content.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal $status:literal $message:literal),* $(,)?) => {
        /// The stable name of a reason to refuse a body. A code keeps its meaning for ever; new ones may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum BodyCode {$($(#[$doc])* $variant),*}

        impl BodyCode {
            /// All codes in the order of their text.
            pub const ALL: &'static [BodyCode] = &[$(BodyCode::$variant),*];

            /// The code as printed, for example `BD0001`.
            pub const fn as_str(self) -> &'static str {
                match self {$(BodyCode::$variant => $text),*}
            }

            /// The HTTP status to answer with: 400, or 413 where a limit of size is passed.
            pub const fn status(self) -> u16 {
                match self {$(BodyCode::$variant => $status),*}
            }

            /// What is wrong and what to do about it, in one sentence for the client.
            pub const fn message(self) -> &'static str {
                match self {$(BodyCode::$variant => $message),*}
            }
        }
    };
}

codes!(
    /// Something that begins no JSON value stands where a value must.
    ExpectedValue = "BD0001" 400 "a JSON value must stand here: an object, an array, a string, a number, true, false or null",
    /// Something else than a string stands where the key of a member must.
    ExpectedKey = "BD0002" 400 "the key of a member must stand here, in double quotes; a comma after the last member is not allowed",
    /// The colon between key and value is missing.
    ExpectedColon = "BD0003" 400 "a colon must stand here, between the key and its value",
    /// Neither a comma nor the closing bracket follows a value.
    ExpectedCommaOrEnd = "BD0004" 400 "a comma or the closing bracket must stand here",
    /// The body ends too early.
    Truncated = "BD0005" 400 "the body ends here, before it is complete; send all of it",
    /// Something follows the JSON value.
    Trailing = "BD0006" 400 "nothing may follow the end of the JSON object; remove what stands here",
    /// The body is not UTF-8.
    InvalidUtf8 = "BD0007" 400 "the bytes here are not UTF-8; send the body in UTF-8",
    /// A string holds a control character that is not escaped.
    ControlCharacter = "BD0008" 400 "a control character stands in a string; escape it, for example as \\n or \\u000a",
    /// A backslash begins no escape that JSON has.
    BadEscape = "BD0009" 400 "this escape is not one of JSON's; write \\\\ for a backslash",
    /// An escape names one half of a surrogate pair without the other.
    LoneSurrogate = "BD0010" 400 "this escape is half of a surrogate pair; write both halves, or the character itself",
    /// A number is not written as JSON writes it.
    BadNumber = "BD0011" 400 "a number must go on with a digit here; leading zeros and bare points or exponents are not allowed",
    /// The body is JSON, and not an object.
    NotAnObject = "BD0012" 400 "the body must be a JSON object",
    /// The model is not text.
    ModelNotText = "BD0101" 400 "`model` must be a string (in a form: a text field in UTF-8)",
    /// The body has more bytes than the limit.
    TooLarge = "BD0201" 413 "the body is larger than the limit of bytes; send less, or raise the limit",
    /// Objects and arrays are nested deeper than the limit.
    TooDeep = "BD0202" 400 "objects and arrays are nested deeper than the limit; nest less",
    /// The content type names no usable boundary.
    NoBoundary = "BD0301" 400 "the content type multipart/form-data needs a boundary of 1 to 70 characters that RFC 2046 allows",
    /// What stands between two boundaries is no part of a form.
    BadPart = "BD0302" 400 "a part of the form needs CRLF line ends, header lines `name: value` and a Content-Disposition with a name",
    /// The form has more parts than the limit.
    TooManyParts = "BD0303" 413 "the form has more parts than the limit; send fewer, or raise the limit",
    /// The headers of a part are larger than the limit.
    PartHeaderTooLarge = "BD0304" 413 "the headers of a part are larger than the limit; send less, or raise the limit",
    /// A value that is written into the form would end its part.
    BoundaryInValue = "BD0305" 400 "the value that the route sets here holds the form's boundary; send the form with another boundary",
);

impl fmt::Display for BodyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A code and the byte it is about; 16 bytes, so that results stay in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: BodyCode,
    pub(super) at: usize,
}

/// Why [`Body::read`](crate::Body::read) refused a body. Holds none of the body's content, so it may be logged and sent to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyError {
    code: BodyCode,
    at: usize,
    line: usize,
    column: usize,
}

impl BodyError {
    /// The flaw with the line and column of its byte. Costs one pass over the bytes before it.
    #[cold]
    pub(super) fn new(flaw: Flaw, bytes: &[u8]) -> Self {
        let before = bytes.get(..flaw.at).unwrap_or(bytes);
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        // Bytes 0x80..0xc0 continue a character that is counted already.
        let characters = before.iter().skip(line_start).filter(|byte| !(0x80..0xc0).contains(*byte)).count();
        Self {
            code: flaw.code,
            at: flaw.at,
            line: line.saturating_add(1),
            column: characters.saturating_add(1),
        }
    }

    /// The stable code.
    pub const fn code(&self) -> BodyCode {
        self.code
    }

    /// The HTTP status to answer with: 400, or 413 where a limit of size is passed.
    pub const fn status(&self) -> u16 {
        self.code.status()
    }

    /// What is wrong and what to do about it, in one sentence without any content of the body.
    pub const fn message(&self) -> &'static str {
        self.code.message()
    }

    /// Offset of the byte that is wrong, from 0; the length of the body where it ends too early.
    pub const fn byte(&self) -> usize {
        self.at
    }

    /// Line, counted from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Column in characters, counted from 1.
    pub const fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} in the body at line {}, column {} (byte {}): {}",
            self.code,
            self.line,
            self.column,
            self.at,
            self.message()
        )
    }
}

impl std::error::Error for BodyError {}
