//! What is wrong with a manifest, where, and what to do about it.
//!
//! A problem of the text is an error and stops the load; something that loads but deserves a look is a warning of the plan.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::code::{Code, Severity};

/// A place in a text: line and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The column behind the last character of what stands here, on this line; `column + 1` for what is no scalar of one line.
    pub(crate) end: u32,
}

/// The text a diagnostic is about. Orders as the host added its texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    pub(crate) order: usize,
    pub(crate) name: Arc<str>,
}

impl Serialize for File {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for File {
    /// A diagnostic that has travelled keeps the order of its list instead.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { order: 0, name: String::deserialize(deserializer)?.into() })
    }
}

/// One finding of a load. Serialises, so that a host may keep it or print it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) file: File,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_column: u32,
    pub(crate) object: String,
    pub(crate) field: String,
}

impl Diagnostic {
    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How much it weighs: as much as its code, or less.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The name the host gave the text.
    pub fn file(&self) -> &str {
        &self.file.name
    }

    /// Line, counted from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Column in characters, counted from 1.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// Where on that line the text concerned ends: the column behind its last character, at least `column + 1`.
    pub fn end_column(&self) -> u32 {
        self.end_column
    }

    /// `Kind namespace/name` of the object concerned, empty where the text could not be read so far.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Path of the field within the object, for example `spec.rules[0].backendRefs[1].name`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What puts diagnostics in the order of their places.
    pub(crate) fn place(&self) -> (&File, u32, u32) {
        (&self.file, self.line, self.column)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {} {}: {}",
            self.file.name, self.line, self.column, self.severity, self.code, self.message
        )?;
        if !self.object.is_empty() {
            write!(f, "\n  in {}", self.object)?;
            if !self.field.is_empty() {
                write!(f, " at {}", self.field)?;
            }
        }
        write!(f, "\n  help: {}", self.help)
    }
}

/// Why a load was refused: every problem of every text, in the order of their places.
///
/// At most 200 are kept; [`left_out`](Self::left_out) counts the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problems {
    diagnostics: Vec<Diagnostic>,
    left_out: usize,
}

/// Enough for a person, little enough for a log line of a machine.
const KEPT: usize = 200;

impl Problems {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        let left_out = diagnostics.len().saturating_sub(KEPT);
        diagnostics.truncate(KEPT);
        Self { diagnostics, left_out }
    }

    /// The problems, in the order of their places.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }

    /// How many more there were.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.diagnostics.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        if self.left_out > 0 {
            write!(f, "\nand {} more", self.left_out)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
