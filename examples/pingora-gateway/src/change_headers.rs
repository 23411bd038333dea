//! Header changes of a decision.

use inferroute::HeaderChange;
use pingora::Result;
use pingora::http::{RequestHeader, ResponseHeader};

/// Changes a request's headers, in order.
pub(crate) fn of_request(header: &mut RequestHeader, changes: &[HeaderChange]) -> Result<()> {
    for change in changes {
        match change {
            HeaderChange::Remove(name) => _ = header.remove_header(name.as_str()),
            HeaderChange::Set(name, value) => header.insert_header(name.clone(), value.as_str())?,
            HeaderChange::Add(name, value) => _ = header.append_header(name.clone(), value.as_str())?,
        }
    }
    Ok(())
}

/// Changes an answer's headers, in order.
pub(crate) fn of_response(header: &mut ResponseHeader, changes: &[HeaderChange]) -> Result<()> {
    for change in changes {
        match change {
            HeaderChange::Remove(name) => _ = header.remove_header(name.as_str()),
            HeaderChange::Set(name, value) => header.insert_header(name.clone(), value.as_str())?,
            HeaderChange::Add(name, value) => _ = header.append_header(name.clone(), value.as_str())?,
        }
    }
    Ok(())
}
