//! What the router is told by files: the manifest and the endpoints.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use inferroute::{Event, Manifests, Options, Plan, ReportedEndpoint, Router};

use crate::clock::Clock;

/// Why a file is not taken. The text names the file, the place and what to do.
pub(crate) type Refusal = String;

/// Compiles the text of a manifest, and logs what deserves a look.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn plan(path: &Path, text: &str) -> Result<Plan, Refusal> {
    let mut manifests = Manifests::default();
    manifests.add(&path.to_string_lossy(), text);
    let plan = manifests.compile(&Options::default()).map_err(|problems| problems.to_string())?;
    for warning in plan.warnings() {
        log::warn!("{warning}");
    }
    Ok(plan)
}

/// Tells `router` that the endpoints of `text` are all there are.
///
/// # Errors
/// A text that is no list of endpoints, or an endpoint that cannot be. Nothing is told then.
pub(crate) fn tell_endpoints(router: &Router, clock: &Clock, path: &Path, text: &str) -> Result<(), Refusal> {
    let endpoints: Vec<ReportedEndpoint> =
        serde_json::from_str(text).map_err(|error| format!("{}: {error}", path.display()))?;
    let event = Event::EndpointsReplaced { endpoints };
    router
        .observe(&event, clock.now())
        .map_err(|error| format!("{}: {} {error}", path.display(), error.code()))
}

/// A file and what it held when it was last looked at.
pub(crate) struct Watched {
    /// Where it is.
    pub(crate) path: PathBuf,
    last: String,
}

impl Watched {
    /// Reads it for the first time.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn open(path: PathBuf) -> Result<(Self, Arc<str>), Refusal> {
        let last = read(&path)?;
        let text = Arc::from(last.as_str());
        Ok((Self { path, last }, text))
    }

    /// What it holds, if that is something else than at the last look. Contents are compared, so it does not matter how the file was replaced.
    ///
    /// # Errors
    /// A file that cannot be read. It may be on its way from one place to another.
    pub(crate) fn changed(&mut self) -> Result<Option<&str>, Refusal> {
        let text = read(&self.path)?;
        if text == self.last {
            return Ok(None);
        }
        self.last = text;
        Ok(Some(&self.last))
    }
}

fn read(path: &Path) -> Result<String, Refusal> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
