//! The facts of a multipart form: the fields that matter.

use std::borrow::Cow;

use super::error::{BodyCode, Flaw};
use super::{Body, BodyLimits, multipart};

/// Reads a form.
pub(super) fn read<'b>(bytes: &'b [u8], boundary: &str, limits: &BodyLimits) -> Result<Body<'b>, Flaw> {
    let mut body = Body::default();
    let (mut model, mut user) = (None, None);
    multipart::read(bytes, boundary, limits, |field| match field.name {
        b"model" => model = Some((field.value, field.at)),
        b"user" => user = std::str::from_utf8(field.value).ok(),
        b"stream" => {
            let is = |word: &[u8]| field.value.eq_ignore_ascii_case(word);
            body.stream = if is(b"true") {
                Some(true)
            } else if is(b"false") {
                Some(false)
            } else {
                None
            };
        }
        _ => {}
    })?;
    if let Some((value, at)) = model {
        let text = std::str::from_utf8(value).map_err(|_| Flaw { code: BodyCode::ModelNotText, at })?;
        body.model = Some(Cow::Borrowed(text));
    }
    body.user = user.map(Cow::Borrowed);
    Ok(body)
}
