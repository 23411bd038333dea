//! Requests to the gateway and to the servers behind it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

pub(super) type Failed = Box<dyn std::error::Error + Send + Sync>;
pub(super) type Http = Client<HttpConnector, Full<Bytes>>;

pub(super) fn http() -> Http {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector)
}

pub(super) fn post(url: &str, body: String) -> Result<Request<Full<Bytes>>, Failed> {
    Ok(Request::post(url).header("content-type", "application/json").body(Full::new(body.into()))?)
}

pub(super) fn get(url: &str) -> Result<Request<Full<Bytes>>, Failed> {
    Ok(Request::get(url).body(Full::default())?)
}

/// The answer's status and text, within two seconds.
pub(super) async fn text(http: &Http, request: Request<Full<Bytes>>) -> Result<(u16, String), Failed> {
    let exchange = async {
        let response: Response<Incoming> = http.request(request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    tokio::time::timeout(Duration::from_secs(2), exchange).await?
}

/// The header, where it is text.
pub(super) fn header<'r>(response: &'r Response<Incoming>, name: &str) -> &'r str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
