//! What a gateway is given: the manifest, and the endpoints.

use std::path::{Path, PathBuf};

use super::client::Failed;
use super::fleet::Fleet;
use super::manifest;

/// The two files. A folder that was made for them goes with this.
pub(super) struct Files {
    pub(super) manifest: PathBuf,
    pub(super) endpoints: PathBuf,
    port: u16,
    own: Option<PathBuf>,
}

impl Files {
    /// Writes both, the manifest in its version 0, to `directory` or to one of their own.
    pub(super) fn write(directory: Option<&Path>, fleet: &Fleet) -> Result<Self, Failed> {
        let own = directory.is_none();
        let directory = match directory {
            Some(directory) => directory.to_owned(),
            None => std::env::temp_dir().join(format!("load-gateway-{}", std::process::id())),
        };
        std::fs::create_dir_all(&directory)?;
        let files = Self {
            manifest: directory.join("manifest.yaml"),
            endpoints: directory.join("endpoints.json"),
            port: fleet.port(),
            own: own.then_some(directory),
        };
        manifest::write(&files.manifest, files.port, 0)?;
        std::fs::write(&files.endpoints, fleet.endpoints_json())?;
        Ok(files)
    }

    /// The command with the files, and the port of the endpoints, in the places that are held for them.
    pub(super) fn named_in(&self, command: &str) -> String {
        command
            .replace("{manifest}", &self.manifest.display().to_string())
            .replace("{endpoints}", &self.endpoints.display().to_string())
            .replace("{port}", &self.port.to_string())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if let Some(directory) = &self.own {
            let _ = std::fs::remove_dir_all(directory);
        }
    }
}
