//! Where traces lie, and how they are read. No trace is part of the repository.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::problem::{MOST_BYTES, TraceError};

/// The directory of traces: the one that was given, else that of the variable INFERROUTE_TRACES, else `../shared/traces` beside the repository if it is
/// there.
pub fn directory(given: Option<&Path>) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/traces");
    given
        .map(Path::to_owned)
        .or_else(|| std::env::var_os("INFERROUTE_TRACES").map(PathBuf::from))
        .or_else(|| beside.is_dir().then_some(beside))
}

/// The text of a trace; nothing if the file is not there.
pub(super) fn read(path: &Path) -> Result<Option<String>, TraceError> {
    let unreadable = |cause| TraceError::Unreadable { path: path.to_owned(), cause };
    let file = match std::fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let mut text = String::new();
    file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(TraceError::TooLong);
    }
    Ok(Some(text))
}
