//! What counts as a failure of an endpoint, and what follows from it.

use pingora::proxy::Session;
use pingora::{Error, ErrorSource, ErrorType};

use crate::answer::Answer;
use crate::context::{Context, Outcome};
use crate::gateway::Gateway;

/// Whether an answer with this status is tried again elsewhere: 500 and above, and what the route itself lists.
pub(crate) fn is_of_endpoint(status: u16, ctx: &Context) -> bool {
    let listed = || {
        let attempt = ctx.ticket.as_ref()?.attempt();
        let retry = attempt.mutations()?.retry.as_ref()?;
        Some(retry.codes.contains(&status))
    };
    status >= 500 || listed().unwrap_or_default()
}

/// Says of an error after the connection was there whether the next endpoint is tried.
pub(crate) fn of_proxying(
    session: &Session,
    mut error: Box<Error>,
    ctx: &mut Context,
    reused: bool,
) -> Box<Error> {
    // `upstream_response_filter` has gone on to the next attempt already.
    if matches!(error.etype(), ErrorType::HTTPStatus(_)) && *error.esource() == ErrorSource::Upstream {
        error.set_retry(true);
        return error;
    }
    let is_of_client = *error.esource() == ErrorSource::Downstream;
    if is_of_client || has_begun(session) {
        error.set_retry(false);
        return error;
    }
    let timed_out = matches!(error.etype(), ErrorType::ReadTimedout | ErrorType::WriteTimedout);
    // The endpoint may have closed an idle connection while the request was on its way to it.
    if reused && !timed_out && std::mem::take(&mut ctx.may_reconnect) {
        error.set_retry(true);
        return error;
    }
    error.set_retry(ctx.fall_back(if timed_out { "timeout" } else { "broken" }));
    error
}

/// Whether the client has seen some of an answer. That it was told to go on with its body is none.
pub(crate) fn has_begun(session: &Session) -> bool {
    session.response_written().is_some_and(|header| !header.status.is_informational())
}

/// What a client gets when no attempt is left.
pub(crate) fn answer(error: &Error) -> Answer {
    match error.etype() {
        ErrorType::ReadTimedout | ErrorType::WriteTimedout => {
            Answer::refusal(504, "endpoint_timeout", "no endpoint answered in time")
        }
        ErrorType::HTTPStatus(status @ 400..500) => {
            Answer::refusal(*status, "bad_request", "the request cannot be sent as its route asks")
        }
        ErrorType::InvalidHTTPHeader if *error.esource() == ErrorSource::Downstream => {
            Answer::refusal(400, "bad_request", "the headers of the request are not valid")
        }
        _ => Answer::refusal(502, "endpoint_failed", "no endpoint could be reached, or none gave an answer"),
    }
}

/// Ends the request's ticket as the request ended, and counts it.
pub(crate) fn conclude(gateway: &Gateway, error: Option<&Error>, ctx: &mut Context) {
    let outcome = match error {
        Some(error) if *error.esource() == ErrorSource::Downstream => Outcome::Cancelled,
        Some(error) if matches!(error.etype(), ErrorType::HTTPStatus(400..500)) => Outcome::Refused,
        Some(_) => Outcome::Failed,
        None => ctx.outcome.unwrap_or(Outcome::Failed),
    };
    let route = ctx.ticket.as_ref().map_or_else(String::new, |ticket| ticket.decision().route().to_owned());
    if let Some(ticket) = ctx.ticket.take() {
        match outcome {
            Outcome::Answered => ticket.finish(),
            Outcome::Failed => ticket.fail(gateway.clock.now()),
            // Dropped, it says nothing of its endpoint.
            Outcome::Cancelled | Outcome::Refused => drop(ticket),
        }
    }
    gateway.counters.ended(&route, outcome, ctx.reason, ctx.began.elapsed());
}
