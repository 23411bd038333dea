//! A load through a gateway while servers behind it break and its manifest changes: nothing that a fallback could have served may be lost, nothing may be
//! decided by a manifest that is no longer there, and nothing may be left in flight.

mod args;
mod breaking;
mod client;
mod fleet;
mod gateway;
mod manifest;
mod reloading;
mod report;
mod sending;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use args::{Args, usage};
pub use report::Report;

use client::Failed;
use fleet::Fleet;
use gateway::Gateway;
use sending::Sent;

/// Runs the test to its end.
///
/// # Errors
/// What kept it from running; a gateway that fails the test is no error.
pub async fn run(args: Args) -> Result<Report, Failed> {
    let directory = match &args.directory {
        Some(directory) => directory.clone(),
        None => std::env::temp_dir().join(format!("load-gateway-{}", std::process::id())),
    };
    std::fs::create_dir_all(&directory)?;
    let report = in_directory(&args, &directory).await;
    if args.directory.is_none() {
        let _ = std::fs::remove_dir_all(&directory);
    }
    report
}

async fn in_directory(args: &Args, directory: &Path) -> Result<Report, Failed> {
    let fleet = Arc::new(Fleet::start(args).await?);
    let manifest = directory.join("manifest.yaml");
    let endpoints = directory.join("endpoints.json");
    manifest::write(&manifest, fleet.port(), 0)?;
    std::fs::write(&endpoints, fleet.endpoints_json())?;
    let gateway = Gateway::start(args, &manifest, &endpoints)?;
    gateway.until_ready(args.start).await?;

    let sent = Arc::new(Sent::new(args.gateway.clone(), Arc::clone(&fleet), args));
    let end = Instant::now() + args.time;
    let (_, reloads, breaks) = tokio::join!(
        sending::send_until(&sent, args.rate, end),
        reloading::reload_until(&sent, &manifest, args.reloads, end),
        breaking::break_until(&fleet, args, end),
    );
    let mut report = sent.report(reloads?, breaks?);
    report.in_flight = gateway.in_flight(Duration::from_secs(5)).await?;
    report.running = fleet.running().await?;
    Ok(report)
}
