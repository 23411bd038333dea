//! Collects what a load has to say.

use super::missing::Missing;
use crate::manifest::{Code, Diagnostic, Problems, Severity, Source};

pub(super) struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(super) fn new(problems: Vec<Diagnostic>) -> Self {
        Self { diagnostics: problems }
    }

    /// A message about the field at `path` of an object.
    pub(super) fn add(
        &mut self,
        source: &Source,
        code: Code,
        path: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics.push(source.diagnostic(code, path, message.into(), help.into()));
    }

    /// A message about what is not there, at `path` of an object.
    pub(super) fn missing(
        &mut self,
        source: &Source,
        code: Code,
        path: &str,
        message: String,
        missing: Missing,
    ) {
        let Missing { severity, help } = missing;
        let found = source.diagnostic(code, path, message, help);
        self.diagnostics.push(Diagnostic { severity, ..found });
    }

    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// The warnings of a load that succeeded, or the errors of one that did not, in the order of their places.
    pub(super) fn finish(mut self) -> Result<Vec<Diagnostic>, Problems> {
        self.diagnostics.sort_by(|a, b| a.place().cmp(&b.place()));
        let (errors, warnings): (Vec<_>, Vec<_>) =
            self.diagnostics.into_iter().partition(|diagnostic| diagnostic.severity() == Severity::Error);
        if errors.is_empty() { Ok(warnings) } else { Err(Problems::new(errors)) }
    }
}
