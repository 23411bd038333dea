//! An endpoint picker for Envoy, and for every gateway that speaks the endpoint picker protocol of the Gateway API Inference Extension: the gateway asks it
//! by the external processing protocol, over gRPC, where each request goes.
//!
//! What the library leaves to its host is here: the clock, the files, the sockets, and what becomes of a request after it was decided on.

mod admin;
mod args;
mod counters;
mod exchange;
mod files;
mod headers;
mod metadata;
mod picker;
mod poll;
mod refusal;
mod replies;
mod service;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use args::Args;
use picker::Picker;
use service::Service;

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() {
    let args = match Args::read(lexopt::Parser::from_env()) {
        Ok(Some(args)) => args,
        Ok(None) => return println!("{}", args::usage()),
        Err(error) => {
            eprintln!("{error}\n\n{}", args::usage());
            std::process::exit(2);
        }
    };
    if let Err(error) = run(args).await {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

async fn run(args: Args) -> Result<(), Failed> {
    // Seen before they are read: what changes in between is read once more.
    let watched = files::Watched::new(&args);
    let picker = Arc::new(Picker::new(files::plan(&args.manifest)?, &args));
    picker.replace_endpoints(files::endpoints(&args.endpoints)?)?;
    tokio::spawn(watched.watch(Arc::clone(&picker)));
    if let Some(every) = args.poll {
        tokio::spawn(poll::poll(Arc::clone(&picker), every));
    }
    let admin = TcpListener::bind(&args.admin).await.map_err(|error| format!("{}: {error}", args.admin))?;
    tokio::spawn(admin::serve(admin, Arc::clone(&picker)));

    let listener =
        TcpListener::bind(&args.listen).await.map_err(|error| format!("{}: {error}", args.listen))?;
    println!("listening on {}", listener.local_addr()?);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<ExternalProcessorServer<Service>>().await;
    let drain = args.drain;
    let stop = async move {
        stop_signal().await;
        // The gateway sees it with its next health check, and sends new requests elsewhere before this one refuses any.
        health.set_not_serving::<ExternalProcessorServer<Service>>().await;
        tokio::time::sleep(drain).await;
    };
    // One message may bring a whole body, or headers.
    let most = args.body_bytes.saturating_add(1 << 20);
    let processor = ExternalProcessorServer::new(Service::new(picker)).max_decoding_message_size(most);
    Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .add_service(health_service)
        .add_service(processor)
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), stop)
        .await?;
    Ok(())
}

async fn stop_signal() {
    let term = async {
        match signal(SignalKind::terminate()) {
            Ok(mut term) => term.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = term => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
