//! Manifests that change under the gateway.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::client::Failed;
use super::manifest;
use super::sending::Sent;

/// How long a gateway may take to notice.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes version after version, spread over the time; each waits until an answer has shown the one before. How many were shown.
pub(super) async fn reload_until(
    sent: &Arc<Sent>,
    path: &Path,
    reloads: u64,
    end: Instant,
) -> Result<u64, Failed> {
    let begun = Instant::now();
    let time = end.saturating_duration_since(begun);
    for version in 1..=reloads {
        let due = begun + time.mul_f64(version as f64 / (reloads + 1) as f64);
        tokio::time::sleep_until(due.into()).await;
        sent.written(version);
        manifest::write(path, sent.port(), version)?;
        let written = Instant::now();
        while sent.seen() < version {
            // After the end nobody asks any more.
            if written.elapsed() > PATIENCE || Instant::now() >= end {
                return Ok(version - 1);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    Ok(reloads)
}
