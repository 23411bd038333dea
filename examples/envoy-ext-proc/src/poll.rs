//! Asks endpoints for their load.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use inferroute::{Event, LoadReport, ScrapeOptions};
use tokio::task::JoinSet;

use crate::Failed;
use crate::picker::Picker;

type Http = Client<HttpConnector, Full<Bytes>>;

/// A page takes no longer, or it is of no use any more.
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_BYTES: usize = 16 << 20;

/// Polls every endpoint each `every`, for ever. One that does not answer is not known to be idle: its last values go stale.
pub(crate) async fn poll(picker: Arc<Picker>, every: Duration) {
    let http: Http = Client::builder(TokioExecutor::new()).build_http();
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let mut asked = JoinSet::new();
        for endpoint in picker.router.snapshot().endpoints() {
            if let Some(address) = endpoint.address {
                let (id, address) = (endpoint.id.to_owned(), address.to_owned());
                let http = http.clone();
                asked.spawn(async move {
                    let page = tokio::time::timeout(PATIENCE, page(&http, &address)).await;
                    page.ok()?.ok().map(|page| (id, page))
                });
            }
        }
        while let Some(answer) = asked.join_next().await {
            let Ok(Some((endpoint, page))) = answer else { continue };
            let load = LoadReport::from_prometheus(&page, &ScrapeOptions::default()).report;
            // An endpoint that is gone meanwhile is passed over by the library.
            let event = Event::LoadPolled { endpoint, load: Box::new(load) };
            if let Err(error) = picker.router.observe(&event, picker.now()) {
                eprintln!("polled load: {error}");
            }
        }
    }
}

async fn page(http: &Http, address: &str) -> Result<Bytes, Failed> {
    let request = Request::get(format!("http://{address}/metrics")).body(Full::default())?;
    let answer = http.request(request).await?;
    if !answer.status().is_success() {
        return Err(format!("{address} says {}", answer.status()).into());
    }
    Ok(Limited::new(answer.into_body(), MOST_BYTES).collect().await?.to_bytes())
}
