//! What reading a mapping field by field finds, before the file and the line are known.

use std::cell::RefCell;
use std::collections::HashSet;

use super::code::Code;

/// Something about the field at a path.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) code: Code,
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// What was found, in the order in which it was found, nothing twice.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    all: RefCell<Vec<Finding>>,
    known: RefCell<HashSet<(String, String)>>,
}

impl Findings {
    pub(crate) fn add(
        &self,
        code: Code,
        path: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = Finding { code, path: path.into(), message: message.into(), help: help.into() };
        if self.known.borrow_mut().insert((finding.path.clone(), finding.message.clone())) {
            self.all.borrow_mut().push(finding);
        }
    }

    pub(crate) fn into_inner(self) -> Vec<Finding> {
        self.all.into_inner()
    }
}
