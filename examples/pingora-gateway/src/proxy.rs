//! The steps of pingora at which the library has something to say.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use inferroute::BodyLimits;
use log::error;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::proxy::{FailToProxy, ProxyHttp, Session};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorSource, ErrorType, OrErr, Result};

use crate::context::{Context, Outcome};
use crate::gateway::Gateway;
use crate::peer::Timeouts;
use crate::read_body::Unread;
use crate::{change_headers, control, decide, failure, outgoing, peer, read_body, tell};

/// The proxy of one listener.
pub(crate) struct Proxy {
    /// What all services share.
    pub(crate) gateway: Arc<Gateway>,
    /// How long endpoints may take.
    pub(crate) timeouts: Timeouts,
    /// The most bytes of a body.
    pub(crate) max_body: usize,
    /// Whether answers say what was decided.
    pub(crate) tells: bool,
}

#[async_trait]
impl ProxyHttp for Proxy {
    type CTX = Context;

    fn new_ctx(&self) -> Context {
        Context::new(Arc::clone(&self.gateway))
    }

    /// Reads the body and decides. Requests without a route are answered here.
    async fn request_filter(&self, session: &mut Session, ctx: &mut Context) -> Result<bool> {
        control::remove(session.req_header_mut());
        let uri = &session.req_header().uri;
        ctx.path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let refusal = match read_body::read(session, self.max_body).await {
            Err(Unread::Broken(error)) => return Err(error.into_down()),
            Err(Unread::Refused(answer)) => answer,
            Ok(body) => {
                ctx.body = body;
                match decide::route(&self.gateway, session.req_header(), &ctx.path, &ctx.body) {
                    Ok(ticket) => {
                        ctx.ticket = Some(ticket);
                        return Ok(false);
                    }
                    Err(answer) => answer,
                }
            }
        };
        (ctx.outcome, ctx.reason) = (Some(Outcome::Refused), refusal.reason);
        refusal.send(session).await.map_err(|error| error.into_down())?;
        Ok(true)
    }

    /// Where the attempt under way goes. Pingora asks again after each failure that may be tried again.
    async fn upstream_peer(&self, session: &mut Session, ctx: &mut Context) -> Result<Box<HttpPeer>> {
        loop {
            let Some(ticket) = &ctx.ticket else {
                return Error::e_explain(ErrorType::InternalError, "the request was not routed");
            };
            let attempt = ticket.attempt();
            let format = decide::format(session.req_header(), &ctx.path);
            let sent = attempt
                .body(&ctx.body, format, &BodyLimits::default())
                .or_err(ErrorType::HTTPStatus(400), "the route changes the body, which is not what its type says")?;
            ctx.sent = match sent {
                Cow::Borrowed(_) => ctx.body.clone(),
                Cow::Owned(body) => body.into(),
            };
            if let Some(peer) = peer::of(attempt, self.timeouts).await {
                return Ok(Box::new(peer));
            }
            if !ctx.fall_back("no_address") {
                return Error::e_explain(
                    ErrorType::ConnectNoRoute,
                    "the endpoint has no address that is known",
                )
                .map_err(|error| error.into_up());
            }
        }
    }

    async fn upstream_request_filter(
        &self,
        _session: &mut Session,
        header: &mut RequestHeader,
        ctx: &mut Context,
    ) -> Result<()> {
        match &ctx.ticket {
            Some(ticket) => outgoing::apply(header, ticket, &ctx.path, ctx.sent.len()),
            None => Ok(()),
        }
    }

    /// Puts the attempt's body in the place of the last piece of the client's, which is all that is left of that.
    async fn request_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        _end: bool,
        ctx: &mut Context,
    ) -> Result<()> {
        if body.is_some() {
            *body = Some(ctx.sent.clone());
        }
        Ok(())
    }

    fn fail_to_connect(
        &self,
        _session: &mut Session,
        _peer: &HttpPeer,
        ctx: &mut Context,
        mut error: Box<Error>,
    ) -> Box<Error> {
        error.set_retry(ctx.fall_back("connect"));
        error
    }

    /// An answer that another endpoint may do better is given up before the client has seen any of it.
    async fn upstream_response_filter(
        &self,
        _session: &mut Session,
        header: &mut ResponseHeader,
        ctx: &mut Context,
    ) -> Result<()> {
        if header.status.is_informational() {
            return Ok(());
        }
        let status = header.status.as_u16();
        if failure::is_of_endpoint(status, ctx) && ctx.fall_back("status") {
            return Error::e_explain(ErrorType::HTTPStatus(status), "the endpoint failed")
                .map_err(|error| error.into_up());
        }
        let kind = header.headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        ctx.streams = status == 200 && kind.starts_with(b"text/event-stream");
        ctx.outcome = Some(if status < 500 { Outcome::Answered } else { Outcome::Failed });
        let Some(ticket) = &ctx.ticket else { return Ok(()) };
        if let Some(mutations) = ticket.attempt().mutations() {
            change_headers::of_response(header, &mutations.response_headers)?;
        }
        if self.tells {
            tell::decision(header, ticket)?;
        }
        Ok(())
    }

    fn upstream_response_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        _end: bool,
        ctx: &mut Context,
    ) -> Result<Option<std::time::Duration>> {
        if ctx.streams && body.as_ref().is_some_and(|body| !body.is_empty()) {
            let now = self.gateway.clock.now();
            // Told each time: it counts once, and keeps the request's lease from lapsing.
            ctx.ticket.iter_mut().for_each(|ticket| ticket.first_token(now));
        }
        Ok(None)
    }

    fn error_while_proxy(
        &self,
        _peer: &HttpPeer,
        session: &mut Session,
        error: Box<Error>,
        ctx: &mut Context,
        reused: bool,
    ) -> Box<Error> {
        failure::of_proxying(session, error, ctx, reused)
    }

    /// No attempt is left: says so, if the client can still be told.
    async fn fail_to_proxy(&self, session: &mut Session, error: &Error, ctx: &mut Context) -> FailToProxy {
        let gone = *error.esource() == ErrorSource::Downstream;
        ctx.outcome = Some(if gone { Outcome::Cancelled } else { Outcome::Failed });
        if failure::has_begun(session) || (gone && !matches!(error.etype(), ErrorType::InvalidHTTPHeader)) {
            return FailToProxy { error_code: 0, can_reuse_downstream: false };
        }
        let answer = failure::answer(error);
        ctx.reason = answer.reason;
        let code = answer.status;
        session.set_keepalive(None);
        if let Err(error) = answer.send(session).await {
            error!("the answer could not be sent: {error}");
        }
        FailToProxy { error_code: code, can_reuse_downstream: false }
    }

    /// A client that goes away is counted, and nobody's fault.
    fn suppress_error_log(&self, _session: &Session, _ctx: &Context, error: &Error) -> bool {
        *error.esource() == ErrorSource::Downstream
    }

    /// Whatever became of it, the request ends here.
    async fn logging(&self, _session: &mut Session, error: Option<&Error>, ctx: &mut Context) {
        failure::conclude(&self.gateway, error, ctx);
    }
}
