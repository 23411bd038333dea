//! JSON whose numbers JavaScript reads as they are: those beyond 2^53 - 1 become strings of their digits.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

struct Exact;

impl Formatter for Exact {
    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        if value > MAX_SAFE_INTEGER { write!(writer, "\"{value}\"") } else { write!(writer, "{value}") }
    }
}

/// The value in JSON.
pub(crate) fn to_string<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Exact))?;
    // The serialiser writes UTF-8 only.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}
