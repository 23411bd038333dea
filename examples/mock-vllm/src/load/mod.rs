//! A load through a gateway while servers behind it break and its manifest changes: nothing that a fallback could have served may be lost, nothing may be
//! decided by a manifest that is no longer there, and nothing may be left in flight.

mod args;
mod breaking;
mod client;
mod comparing;
mod files;
mod fleet;
mod gateway;
mod manifest;
mod reloading;
mod report;
mod sending;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use args::{Args, usage};
pub use comparing::{Comparison, compare};
pub use report::Report;

use client::Failed;
use files::Files;
use fleet::Fleet;
use gateway::Gateway;
use sending::Sent;

/// Runs the test to its end.
///
/// # Errors
/// What kept it from running; a gateway that fails the test is no error.
pub async fn run(args: Args) -> Result<Report, Failed> {
    let fleet = Arc::new(Fleet::start(args.endpoints, args.port, args.speed).await?);
    let files = Files::write(args.directory.as_deref(), &fleet)?;
    let gateway =
        Gateway::start(args.command.as_deref(), args.gateway.as_deref(), args.admin.as_deref(), &files)?;
    gateway.until_ready(args.start).await?;

    let sent = Arc::new(Sent::new(gateway.url().to_owned(), Arc::clone(&fleet), &args));
    let end = Instant::now() + args.time;
    let (_, reloads, breaks) = tokio::join!(
        sending::send_until(&sent, args.rate, end),
        reloading::reload_until(&sent, &files.manifest, args.reloads, end),
        breaking::break_until(&fleet, &args, end),
    );
    let mut report = sent.report(reloads?, breaks?);
    report.in_flight = gateway.in_flight(Duration::from_secs(5)).await?;
    report.running = fleet.running().await?;
    Ok(report)
}
