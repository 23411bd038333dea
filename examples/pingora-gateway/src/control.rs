//! Headers that steer gateways and endpoints are the gateway's to set, never the client's.

use inferroute::CONTROL_HEADERS;
use pingora::http::RequestHeader;

/// Takes out of a client's request what would choose endpoints or lift limits.
pub(crate) fn remove(request: &mut RequestHeader) {
    for name in CONTROL_HEADERS {
        request.remove_header(*name);
    }
}
