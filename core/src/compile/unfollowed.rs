//! Why a filter cannot be followed.

use super::missing::Missing;
use crate::manifest::Severity;
use crate::nearest::with_nearest;

/// The remedy that any filter has.
const HELP: &str = "correct the filter, or take it out";

/// What is wrong with a filter and what to do about it.
pub(super) struct Unfollowed {
    pub(super) message: String,
    pub(super) found: Missing,
}

impl Unfollowed {
    /// A name of a filter that is none of those that exist.
    pub(super) fn unknown(message: String, wrong: &str, names: &[&str]) -> Self {
        let help = with_nearest(wrong, names.iter().copied(), HELP);
        Self { message, found: Missing { severity: Severity::Warning, help } }
    }
}

impl From<String> for Unfollowed {
    fn from(message: String) -> Self {
        Self::unknown(message, "", &[])
    }
}

impl From<&str> for Unfollowed {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}
