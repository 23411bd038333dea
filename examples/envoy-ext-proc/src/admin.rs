//! What operators look at.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::picker::Picker;

/// Serves `/healthz`, `/metrics` and `/debug/in-flight` until the process ends.
pub(crate) async fn serve(listener: TcpListener, picker: Arc<Picker>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of sockets, most likely: whoever has them gives them back in time, not by being asked at once.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let picker = Arc::clone(&picker);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let answer = answer(&picker, &request);
                async move { Ok::<_, Infallible>(answer) }
            });
            // Whoever hangs up has what it wanted.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(picker: &Picker, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let (status, text) = match request.uri().path() {
        "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        "/metrics" => (StatusCode::OK, picker.counters.page()),
        "/debug/in-flight" => (StatusCode::OK, format!("{}\n", picker.in_flight())),
        _ => (StatusCode::NOT_FOUND, "/healthz, /metrics, /debug/in-flight\n".to_owned()),
    };
    let mut answer = Response::new(Full::from(text));
    *answer.status_mut() = status;
    answer
}
