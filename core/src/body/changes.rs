//! What becomes of the fields of a body, whatever kind of body it is.

use super::error::BodyCode::TooLarge;
use super::error::Flaw;
use super::limits::BodyLimits;
use crate::plan::BodyChange;

/// The changes of one body, and which of them are made.
pub(super) struct Changes<'c> {
    all: &'c [&'c BodyChange],
    is_made: Vec<bool>,
}

/// What becomes of a field that stands in the body.
pub(super) enum Outcome<'c> {
    /// Nothing.
    Stays,
    /// It is removed, or stands before already.
    Goes,
    /// It has this value, as JSON.
    Becomes(&'c str),
}

impl<'c> Changes<'c> {
    /// Refuses a body that is larger than the limit.
    pub(super) fn new(all: &'c [&'c BodyChange], bytes: &[u8], limits: &BodyLimits) -> Result<Self, Flaw> {
        if bytes.len() > limits.bytes {
            return Err(Flaw { code: TooLarge, at: limits.bytes });
        }
        Ok(Self { all, is_made: vec![false; all.len()] })
    }

    /// What becomes of the next field, whose name `is` knows. Of several changes of a field the last one counts; one that is set stands once.
    pub(super) fn outcome(&mut self, is: impl Fn(&str) -> bool) -> Outcome<'c> {
        let Some(at) = self.all.iter().rposition(|change| is(name(change))) else { return Outcome::Stays };
        if let (Some(BodyChange::Set(_, new)), Some(is_made)) = (self.all.get(at), self.is_made.get_mut(at))
            && !std::mem::replace(is_made, true)
        {
            return Outcome::Becomes(new);
        }
        Outcome::Goes
    }

    /// Names and values of the fields that are set and did not stand in the body.
    pub(super) fn missing(&self) -> impl Iterator<Item = (&'c str, &'c str)> {
        let all = self.all;
        let is_last =
            move |at: usize, this: &str| all.iter().rposition(|other| name(other) == this) == Some(at);
        let changes = all.iter().zip(&self.is_made).enumerate();
        changes.filter_map(move |(at, (change, is_made))| match change {
            BodyChange::Set(name, new) if !is_made && is_last(at, name) => Some((&**name, &**new)),
            _ => None,
        })
    }
}

fn name(change: &BodyChange) -> &str {
    let (BodyChange::Remove(name) | BodyChange::Set(name, _)) = change;
    name
}

#[cfg(test)]
pub(super) mod testing {
    use super::super::error::{BodyCode, Flaw};
    use crate::plan::BodyChange;

    pub(in super::super) fn set(name: &str, value: &str) -> BodyChange {
        BodyChange::Set(name.to_owned(), value.to_owned())
    }

    pub(in super::super) fn told(rewritten: Result<Vec<u8>, Flaw>) -> Result<String, BodyCode> {
        rewritten.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|flaw| flaw.code)
    }
}
