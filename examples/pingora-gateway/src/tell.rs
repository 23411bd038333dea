//! What was decided, in headers of the answer.

use inferroute::Ticket;
use pingora::Result;
use pingora::http::ResponseHeader;

/// Adds route, rule and endpoint. They name what is configured, so no client on the outside should get them.
pub(crate) fn decision(header: &mut ResponseHeader, ticket: &Ticket) -> Result<()> {
    let decision = ticket.decision();
    let rule = decision.rule_name().map_or_else(|| decision.rule().to_string(), str::to_owned);
    header.insert_header("x-inferroute-route", decision.route())?;
    header.insert_header("x-inferroute-rule", rule)?;
    header.insert_header("x-inferroute-endpoint", ticket.attempt().endpoint())?;
    header.insert_header("x-inferroute-state", decision.state_version().to_string())
}
