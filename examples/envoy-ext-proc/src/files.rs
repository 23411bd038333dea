//! The manifest and the endpoints, from files that are looked at again and again. A file that is wrong changes nothing: the picker says what is wrong and
//! goes on with what it has.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use inferroute::{Manifests, Options, Plan, ReportedEndpoint};

use crate::Failed;
use crate::args::Args;
use crate::picker::Picker;

/// The plan of a manifest file.
pub(crate) fn plan(path: &Path) -> Result<Plan, Failed> {
    let mut manifests = Manifests::default();
    manifests.add(&path.display().to_string(), &read(path)?);
    let plan = manifests.compile(&Options::default())?;
    for warning in plan.warnings() {
        eprintln!("{warning}");
    }
    Ok(plan)
}

/// The endpoints of a file: a list as the library reads it.
pub(crate) fn endpoints(path: &Path) -> Result<Vec<ReportedEndpoint>, Failed> {
    serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn read(path: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The two files as they were when they were last looked at.
pub(crate) struct Watched {
    args: Args,
    manifest: Seen,
    endpoints: Seen,
}

impl Watched {
    pub(crate) fn new(args: &Args) -> Self {
        let mut watched = Self { args: args.clone(), manifest: Seen::default(), endpoints: Seen::default() };
        watched.manifest.is_new(&args.manifest);
        watched.endpoints.is_new(&args.endpoints);
        watched
    }

    /// Loads either file anew whenever it is another one than before, for ever.
    pub(crate) async fn watch(mut self, picker: Arc<Picker>) {
        loop {
            tokio::time::sleep(self.args.watch).await;
            if self.manifest.is_new(&self.args.manifest) {
                told(&picker, plan(&self.args.manifest).map(|plan| picker.router.update(plan)));
            }
            if self.endpoints.is_new(&self.args.endpoints) {
                let read = endpoints(&self.args.endpoints);
                told(&picker, read.and_then(|endpoints| Ok(picker.replace_endpoints(endpoints)?)));
            }
        }
    }
}

fn told(picker: &Picker, outcome: Result<(), Failed>) {
    picker.counters.reloaded(outcome.is_ok());
    if let Err(error) = outcome {
        eprintln!("not loaded: {error}");
    }
}

/// What tells one version of a file from the next. Editors and mounted ConfigMaps put another file in its place.
#[derive(Default)]
struct Seen(Option<(SystemTime, u64, u64)>);

impl Seen {
    fn is_new(&mut self, path: &Path) -> bool {
        let mark = |file: Metadata| Some((file.modified().ok()?, file.len(), file.ino()));
        // A file that is gone for a moment is about to be replaced.
        let Some(now) = std::fs::metadata(path).ok().and_then(mark) else { return false };
        let is_new = self.0 != Some(now);
        self.0 = Some(now);
        is_new
    }
}
