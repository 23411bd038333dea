//! The client's body, read whole before the request is routed: the model that rules match on is in it.

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use pingora::proxy::Session;

use crate::answer::Answer;

/// As much as pingora keeps of a body that was read before the request is proxied. It sends a body on only where its last piece is among what it keeps, and
/// gives us that piece to put the whole body in its place.
const KEPT: usize = 64 << 10;

/// Why there is no body.
pub(crate) enum Unread {
    /// To be answered like this.
    Refused(Box<Answer>),
    /// The client went away or sent nonsense.
    Broken(Box<pingora::Error>),
}

/// Reads the body, of at most `limit` bytes.
///
/// A body without a stated length that is larger than 64 KiB is answered 411: pingora could not send it on.
pub(crate) async fn read(session: &mut Session, limit: usize) -> Result<Bytes, Unread> {
    let refused = |answer| Err(Unread::Refused(Box::new(answer)));
    let length = stated_length(session);
    if length.is_some_and(|length| length > limit) {
        return refused(too_large(limit));
    }
    if session.req_header().headers.contains_key(EXPECT) && length != Some(0) {
        session.write_continue_response().await.map_err(Unread::Broken)?;
    }
    let mut body = BytesMut::with_capacity(length.unwrap_or_default().min(KEPT));
    loop {
        if length.is_none_or(|length| length.saturating_sub(body.len()) <= KEPT) {
            session.enable_retry_buffering();
        }
        let Some(piece) = session.read_request_body().await.map_err(Unread::Broken)? else { break };
        if body.len() + piece.len() > limit {
            return refused(too_large(limit));
        }
        body.extend_from_slice(&piece);
        if session.retry_buffer_truncated() {
            return refused(Answer::refusal(
                411,
                "length_required",
                "state the content-length of a body of more than 64 KiB",
            ));
        }
    }
    Ok(body.freeze())
}

/// What `content-length` says, where the body is not chunked.
fn stated_length(session: &Session) -> Option<usize> {
    let headers = &session.req_header().headers;
    let value = headers.get(CONTENT_LENGTH).filter(|_| !headers.contains_key(TRANSFER_ENCODING))?;
    value.to_str().ok()?.trim().parse().ok()
}

fn too_large(limit: usize) -> Answer {
    Answer::refusal(413, "body_too_large", &format!("the body is larger than {limit} bytes"))
}
