//! Header changes of a decision.

use inferroute::HeaderChange;
use pingora::Result;
use pingora::http::{RequestHeader, ResponseHeader};

/// Pingora's two kinds of headers have the same methods and no trait for them.
macro_rules! change {
    ($header:expr, $changes:expr) => {{
        for change in $changes {
            match change {
                HeaderChange::Remove(name) => _ = $header.remove_header(name.as_str()),
                HeaderChange::Set(name, value) => $header.insert_header(name.clone(), value.as_str())?,
                HeaderChange::Add(name, value) => _ = $header.append_header(name.clone(), value.as_str())?,
            }
        }
        Ok(())
    }};
}

/// Changes a request's headers, in order.
pub(crate) fn of_request(header: &mut RequestHeader, changes: &[HeaderChange]) -> Result<()> {
    change!(header, changes)
}

/// Changes an answer's headers, in order.
pub(crate) fn of_response(header: &mut ResponseHeader, changes: &[HeaderChange]) -> Result<()> {
    change!(header, changes)
}
