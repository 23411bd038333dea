//! The body that an attempt's endpoint gets: another model, and the changes that the backendRef asks for. Everything else keeps its bytes and its place.

use std::borrow::Cow;
use std::ops::Deref;

use super::changes::{Changes, Outcome};
use super::error::{BodyCode, BodyError, Flaw};
use super::scan::Scanner;
use super::{BodyFormat, BodyLimits, rewrite_form};
use crate::attempt::AttemptView;
use crate::decision::Decision;
use crate::plan::BodyChange;
use crate::render::quote;
use crate::state::State;

impl AttemptView<'_> {
    /// The body to send to the endpoint of this attempt: `bytes` with its [model](Self::model_override) and the changes of its
    /// [mutations](Self::mutations), which have the last word. Always made of the client's own body, never of what another attempt sent.
    ///
    /// A form is one where `format` says so, any other body a JSON object. What is not changed keeps its bytes and its place; a field that is set stays where
    /// it first stood, or comes last. In a form, strings are set as they are and other values as JSON writes them; files are no fields. Allocates only where
    /// something changes. A request without a body stays one.
    ///
    /// ```
    /// use inferroute::{BodyFormat, BodyLimits, Manifests, Nanos, Options, Request, Router};
    ///
    /// # let text = "
    /// # apiVersion: aigateway.envoyproxy.io/v1beta1
    /// # kind: AIGatewayRoute
    /// # metadata: {name: chat}
    /// # spec: {rules: [{backendRefs: [{name: openai, modelNameOverride: gpt-5}]}]}
    /// # ---
    /// # apiVersion: aigateway.envoyproxy.io/v1beta1
    /// # kind: AIServiceBackend
    /// # metadata: {name: openai}
    /// # spec: {schema: {name: OpenAI}, backendRef: {name: openai, port: 443}}
    /// # ";
    /// let router = Router::new(Manifests::from_yaml(text)?.compile(&Options::default())?, 42);
    /// let headers: [(&str, &str); 0] = [];
    /// let decision = router.decide(&Request::new(&headers), Nanos::new(0))?;
    /// let format = BodyFormat::of("/v1/completions", Some("application/json"));
    /// let body = decision.body(br#"{"model": "best", "prompt": "Hi"}"#, format, &BodyLimits::default())?;
    /// assert_eq!(&body[..], br#"{"model": "gpt-5", "prompt": "Hi"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Body::read`](crate::Body::read), where something has to change and the body is not what `format` says, or a form's boundary stands in a new value.
    ///
    /// # Cost
    /// Linear in the bytes and in the changes for each field.
    pub fn body<'b>(
        &self,
        bytes: &'b [u8],
        format: BodyFormat<'_>,
        limits: &BodyLimits,
    ) -> Result<Cow<'b, [u8]>, BodyError> {
        let changes: &[BodyChange] = self.mutations().map_or(&[], |mutations| mutations.body.as_slice());
        rewrite_body(bytes, format, self.model_override(), changes, limits)
    }
}

/// `bytes` with another model, where there is one, and with the changes, for hosts that keep those of an attempt. See [`AttemptView::body`].
///
/// # Errors
/// As [`AttemptView::body`].
pub fn rewrite_body<'b>(
    bytes: &'b [u8],
    format: BodyFormat<'_>,
    model: Option<&str>,
    changes: &[BodyChange],
    limits: &BodyLimits,
) -> Result<Cow<'b, [u8]>, BodyError> {
    if bytes.is_empty() || (model.is_none() && changes.is_empty()) {
        return Ok(Cow::Borrowed(bytes));
    }
    let model = model.map(|model| BodyChange::Set("model".to_owned(), quoted(model)));
    let changes: Vec<_> = model.iter().chain(changes).collect();
    let rewritten = match format {
        BodyFormat::Multipart { boundary } => rewrite_form::rewrite(bytes, boundary, &changes, limits),
        _ => rewrite(bytes, &changes, limits),
    };
    rewritten.map(Cow::Owned).map_err(|flaw| BodyError::new(flaw, bytes))
}

impl<S: Deref<Target = State>> Decision<S> {
    /// The body to send to the endpoint, as [`AttemptView::body`] makes it.
    ///
    /// # Errors
    /// As [`AttemptView::body`].
    pub fn body<'b>(
        &self,
        bytes: &'b [u8],
        format: BodyFormat<'_>,
        limits: &BodyLimits,
    ) -> Result<Cow<'b, [u8]>, BodyError> {
        self.primary().body(bytes, format, limits)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quote(text, &mut quoted);
    quoted
}

fn rewrite(bytes: &[u8], changes: &[&BodyChange], limits: &BodyLimits) -> Result<Vec<u8>, Flaw> {
    let mut changes = Changes::new(changes, bytes, limits)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Flaw { code: BodyCode::InvalidUtf8, at: error.valid_up_to() })?;
    let mut scanner = Scanner::new(text, limits.depth);
    scanner.space();
    if scanner.peek() != Some(b'{') {
        return Err(scanner.flaw(BodyCode::NotAnObject));
    }
    let mut copy = Copy { to: Vec::with_capacity(bytes.len() + 64), is_first: true };
    scanner.open()?;
    let mut first = true;
    while scanner.step(b'}', first)? {
        first = false;
        let from = scanner.at();
        let key = scanner.key()?;
        let value = scanner.at();
        scanner.value()?;
        let member = |to: usize| text.get(from..to).unwrap_or_default();
        match changes.outcome(|name| key.is(name)) {
            Outcome::Stays => copy.member(member(scanner.at()), ""),
            Outcome::Goes => {}
            Outcome::Becomes(new) => copy.member(member(value), new),
        }
    }
    let end = scanner.at();
    scanner.space();
    if scanner.peek().is_some() {
        return Err(Flaw { code: BodyCode::Trailing, at: end });
    }
    for (name, new) in changes.missing() {
        copy.member(&(quoted(name) + ": "), new);
    }
    copy.to.extend_from_slice(if copy.is_first { b"{}" } else { b"}" });
    Ok(copy.to)
}

/// An object that is written member by member.
struct Copy {
    to: Vec<u8>,
    is_first: bool,
}

impl Copy {
    fn member(&mut self, key: &str, value: &str) {
        self.to.extend_from_slice(if self.is_first { b"{" } else { b", " });
        self.is_first = false;
        self.to.extend_from_slice(key.as_bytes());
        self.to.extend_from_slice(value.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::changes::testing::{set, told};
    use super::*;

    fn rewritten(body: &str, changes: &[BodyChange]) -> Result<String, BodyCode> {
        let changes: Vec<_> = changes.iter().collect();
        told(rewrite(body.as_bytes(), &changes, &BodyLimits::default()))
    }

    #[test]
    fn what_is_not_changed_keeps_its_bytes() {
        let body = r#" {"messages" : [ {"role":"user"} ],"model":"a","temperature":1.0, "seed": 12345678901234567890123 } "#;
        assert_eq!(
            rewritten(body, &[set("model", "\"b\"")]).unwrap(),
            r#"{"messages" : [ {"role":"user"} ], "model":"b", "temperature":1.0, "seed": 12345678901234567890123}"#
        );
    }

    #[test]
    fn a_field_is_set_once_and_removed_everywhere() {
        let changes = [BodyChange::Remove("user".to_owned()), set("n", "2")];
        assert_eq!(
            rewritten(r#"{"n": 1, "user": "u", "n": 3, "user": "v"}"#, &changes).unwrap(),
            r#"{"n": 2}"#
        );
        assert_eq!(rewritten(r#"{"n": 1}"#, &[set("n", "2"), set("n", "3")]).unwrap(), r#"{"n": 3}"#);
        assert_eq!(
            rewritten(r#"{"mo\u0064el": "a"}"#, &[set("model", "1")]).unwrap(),
            r#"{"mo\u0064el": 1}"#
        );
    }

    #[test]
    fn a_field_that_is_missing_comes_last() {
        assert_eq!(rewritten("{}", &[set("a\"", "1")]).unwrap(), r#"{"a\"": 1}"#);
        assert_eq!(rewritten(r#"{"a": 1}"#, &[set("b", "[]")]).unwrap(), r#"{"a": 1, "b": []}"#);
        assert_eq!(rewritten(r#"{"a": 1}"#, &[BodyChange::Remove("a".to_owned())]).unwrap(), "{}");
        let both = [set("a", "1"), BodyChange::Remove("a".to_owned())];
        assert_eq!(rewritten("{}", &both).unwrap(), "{}");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for (body, code) in [
            ("[1]", BodyCode::NotAnObject),
            ("", BodyCode::Truncated),
            (r#"{"a": 1"#, BodyCode::Truncated),
            (r#"{"a": 1} x"#, BodyCode::Trailing),
            ("--boundary", BodyCode::NotAnObject),
        ] {
            assert_eq!(rewritten(body, &[set("model", "1")]), Err(code), "{body}");
        }
    }
}
