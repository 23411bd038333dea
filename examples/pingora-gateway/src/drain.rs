//! Ends the process once the last request is answered.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;

use crate::gateway::Gateway;

/// How often to look whether requests are left.
const LOOK: Duration = Duration::from_millis(50);

/// Looks without a request in a row before the process ends: a connection that was accepted just before may still have one to send.
const QUIET_LOOKS: u32 = 4;

/// After SIGTERM pingora accepts no more connections and then waits for its whole grace period, however little there is to wait for. This ends the wait.
pub(crate) struct Drain(pub(crate) Arc<Gateway>);

#[async_trait]
impl BackgroundService for Drain {
    async fn start(&self, mut shutdown: ShutdownWatch) {
        if shutdown.changed().await.is_err() {
            return;
        }
        let mut quiet = 0;
        while quiet < QUIET_LOOKS {
            tokio::time::sleep(LOOK).await;
            quiet = if self.0.under_way() == 0 { quiet + 1 } else { 0 };
        }
        log::info!("no request is left");
        std::process::exit(0);
    }
}
