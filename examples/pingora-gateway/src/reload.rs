//! Takes files that changed, without a pause: requests under way keep the plan that they were decided on.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pingora::server::ShutdownWatch;
use pingora::services::background::BackgroundService;
use tokio::sync::Mutex;

use crate::files::{self, Refusal, Watched};
use crate::gateway::Gateway;

/// Looks at the manifest and the endpoints every `every`.
pub(crate) struct Reload {
    /// What all services share.
    pub(crate) gateway: Arc<Gateway>,
    /// The time between two looks.
    pub(crate) every: Duration,
    /// The manifest.
    pub(crate) manifest: Mutex<Watched>,
    /// The endpoints, where a file lists them.
    pub(crate) endpoints: Option<Mutex<Watched>>,
}

impl Reload {
    async fn look(&self) {
        let mut manifest = self.manifest.lock().await;
        let taken = take(&mut manifest, |file, text| {
            self.gateway.router.update(files::plan(file, text)?);
            Ok(())
        });
        self.tell("manifest", taken);
        if let Some(endpoints) = &self.endpoints {
            let mut endpoints = endpoints.lock().await;
            let taken = take(&mut endpoints, |file, text| {
                files::tell_endpoints(&self.gateway.router, &self.gateway.clock, file, text)
            });
            self.tell("endpoints", taken);
        }
    }

    fn tell(&self, file: &str, taken: Result<bool, Refusal>) {
        match taken {
            Ok(false) => {}
            Ok(true) => {
                self.gateway.counters.reloaded(file, "taken");
                log::info!(
                    "{file}: the new one is in force, state {}",
                    self.gateway.router.snapshot().version()
                );
            }
            Err(refusal) => {
                self.gateway.counters.reloaded(file, "refused");
                log::error!("{file}: the new one is refused, the old one stays in force\n{refusal}");
            }
        }
    }
}

/// Whether there was something new. It is looked at once: what was refused is refused again only after another change.
fn take(
    watched: &mut Watched,
    tell: impl FnOnce(&std::path::Path, &str) -> Result<(), Refusal>,
) -> Result<bool, Refusal> {
    let path = watched.path.clone();
    match watched.changed() {
        // Whoever replaces a file may have to remove it first.
        Err(reason) => {
            log::debug!("{reason}");
            Ok(false)
        }
        Ok(None) => Ok(false),
        Ok(Some(text)) => tell(&path, text).map(|()| true),
    }
}

#[async_trait]
impl BackgroundService for Reload {
    async fn start(&self, mut shutdown: ShutdownWatch) {
        loop {
            tokio::select! {
                _ = shutdown.changed() => return,
                () = tokio::time::sleep(self.every) => self.look().await,
            }
        }
    }
}
