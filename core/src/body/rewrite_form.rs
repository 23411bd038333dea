//! The form that an endpoint gets: the changes that a JSON object would get, made to its fields. Files and everything else keep their bytes.

use std::borrow::Cow;

use memchr::memmem;

use super::changes::{Changes, Outcome};
use super::error::BodyCode::BoundaryInValue;
use super::error::Flaw;
use super::limits::BodyLimits;
use super::multipart;
use super::scan::{Scanner, Value};
use crate::plan::BodyChange;

/// `bytes` with the changes. A field that is set stays where it first stands, with the headers of its part, or comes last.
pub(super) fn rewrite(
    bytes: &[u8],
    boundary: &str,
    changes: &[&BodyChange],
    limits: &BodyLimits,
) -> Result<Vec<u8>, Flaw> {
    let mut changes = Changes::new(changes, bytes, limits)?;
    let mut copy = Copy { from: bytes, done: 0, to: Vec::with_capacity(bytes.len().saturating_add(64)) };
    let mut refused = None;
    let end = multipart::read(bytes, boundary, limits, |field| {
        match changes.outcome(|name| quoted(name).as_bytes() == field.name) {
            Outcome::Stays => return,
            Outcome::Goes => copy.up_to(field.part.start),
            Outcome::Becomes(new) => {
                copy.up_to(field.at);
                let new = text(new);
                refused = refused.or(clash(&new, boundary).then_some(field.at));
                copy.to.extend_from_slice(new.as_bytes());
            }
        }
        copy.done = field.part.end;
    })?;
    copy.up_to(end);
    for (name, new) in changes.missing() {
        let new = text(new);
        refused = refused.or(clash(&new, boundary).then_some(end));
        copy.part(boundary, &quoted(name), &new);
    }
    // A form without parts may begin with its last boundary, without the line end that belongs to it elsewhere.
    if end == 0 && !bytes.starts_with(b"\r\n") && !copy.to.is_empty() {
        copy.to.extend_from_slice(b"\r\n");
    }
    copy.up_to(bytes.len());
    refused.map_or(Ok(copy.to), |at| Err(Flaw { code: BoundaryInValue, at }))
}

/// A form that is written part by part.
struct Copy<'b> {
    from: &'b [u8],
    /// Bytes of it that are written or left out.
    done: usize,
    to: Vec<u8>,
}

impl Copy<'_> {
    fn up_to(&mut self, end: usize) {
        self.to.extend_from_slice(self.from.get(self.done..end).unwrap_or_default());
        self.done = end;
    }

    /// A field more, behind what is written.
    fn part(&mut self, boundary: &str, name: &str, value: &str) {
        let line_end = if self.to.is_empty() { "" } else { "\r\n" };
        let head = [
            line_end,
            "--",
            boundary,
            "\r\nContent-Disposition: form-data; name=\"",
            name,
            "\"\r\n\r\n",
            value,
        ];
        head.iter().for_each(|piece| self.to.extend_from_slice(piece.as_bytes()));
    }
}

/// The text of a JSON value in a form: a string without its quotes, anything else as it is written.
fn text(json: &str) -> Cow<'_, str> {
    match Scanner::new(json, 0).value() {
        Ok(Value::Text(text)) => text.to_cow(),
        _ => Cow::Borrowed(json),
    }
}

/// A name as browsers and servers write it in quotes (WHATWG, multipart/form-data encoding algorithm).
fn quoted(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n']) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A"))
}

/// Whether the value would end its own part.
fn clash(value: &str, boundary: &str) -> bool {
    let line = format!("\r\n--{boundary}");
    // A value stands behind a line end.
    value.as_bytes().starts_with(line.get(2..).unwrap_or_default().as_bytes())
        || memmem::find(value.as_bytes(), line.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::BodyCode;
    use super::super::changes::testing::{set, told};
    use super::*;

    fn rewritten(body: &str, changes: &[BodyChange]) -> Result<String, BodyCode> {
        let changes: Vec<_> = changes.iter().collect();
        told(rewrite(body.as_bytes(), "b", &changes, &BodyLimits::default()))
    }

    /// A form of these parts, each its headers behind the name and its value.
    fn form(parts: &[(&str, &str)]) -> String {
        let part = |(head, value): &(&str, &str)| {
            format!("--b\r\nContent-Disposition: form-data; name={head}\r\n\r\n{value}\r\n")
        };
        parts.iter().map(part).collect::<String>() + "--b--\r\n"
    }

    #[test]
    fn a_field_is_set_where_it_stands_and_files_stay() {
        let file = ("\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav", "RIFF\r\n--bound\0\r\n");
        let named_so = ("\"model\"; filename=\"model\"", "a file");
        let body =
            form(&[file, ("\"model\"\r\nX-Own: 1", "fast"), named_so, ("model", "again"), ("\"n\"", "1")]);
        let expected = form(&[file, ("\"model\"\r\nX-Own: 1", "whisper"), named_so, ("\"n\"", "1")]);
        assert_eq!(rewritten(&body, &[set("model", "\"whisper\"")]).unwrap(), expected);
    }

    #[test]
    fn a_field_that_is_missing_comes_last() {
        let both = [set("model", r#""a \"b\"""#), set("\"n\"\n", "[1]")];
        let added = [("\"model\"", "a \"b\""), ("\"%22n%22%0A\"", "[1]")];
        assert_eq!(rewritten(&form(&[]), &both).unwrap(), form(&added));
        assert_eq!(
            rewritten(&form(&[("\"x\"", "")]), &both).unwrap(),
            form(&[("\"x\"", ""), added[0], added[1]])
        );
        let preamble = |form: String| format!("for readers\r\n{form}and more");
        assert_eq!(rewritten(&preamble(form(&[])), &both).unwrap(), preamble(form(&added)));
        assert_eq!(rewritten(&form(&added), &both).unwrap(), form(&added), "the same again");
        assert_eq!(rewritten(&format!("\r\n{}", form(&[])), &both).unwrap(), form(&added));
    }

    #[test]
    fn a_field_is_removed_everywhere() {
        let user = ("\"user\"", "u");
        let gone = [BodyChange::Remove("user".to_owned())];
        let left = rewritten(&form(&[user, ("\"n\"", "1"), user]), &gone).unwrap();
        assert_eq!(
            left,
            format!("\r\n{}", form(&[("\"n\"", "1")])),
            "an empty line before the first boundary"
        );
        assert_eq!(rewritten(&left, &gone).unwrap(), left);
        let set_then_gone = [set("user", "1"), BodyChange::Remove("user".to_owned())];
        assert_eq!(rewritten(&form(&[]), &set_then_gone).unwrap(), form(&[]));
        assert_eq!(rewritten(&form(&[]), &[set("n", "2"), set("n", "3")]).unwrap(), form(&[("\"n\"", "3")]));
    }

    #[test]
    fn a_value_cannot_end_its_part() {
        for value in [r#""--b""#, r#""a\r\n--b--""#] {
            for body in [form(&[]), form(&[("\"n\"", "1")])] {
                assert_eq!(rewritten(&body, &[set("n", value)]), Err(BodyCode::BoundaryInValue), "{value}");
            }
        }
        for value in [r#""-b""#, r#""a--b""#, r#""a\n--b""#] {
            assert!(rewritten(&form(&[]), &[set("n", value)]).is_ok(), "{value}");
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let changes = [set("model", "\"m\"")];
        for (body, code) in [
            ("", BodyCode::Truncated),
            ("--b\r\nA: b\r\n\r\n", BodyCode::Truncated),
            ("--b\r\n\r\n--b--", BodyCode::BadPart),
        ] {
            assert_eq!(rewritten(body, &changes), Err(code), "{body}");
        }
    }
}
