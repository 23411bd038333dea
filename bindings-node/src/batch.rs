//! Requests that came at once: their texts cross the border as one, and so do the numbers of their decisions.

use crate::asked::Asked;
use crate::border::{Call, Shared};
use crate::words::Row;

/// Arguments, after the shared numbers: all texts of all requests with a character after each, an array of what each request has, and an array to write
/// the rows of their decisions to. `lib/batch.js` holds the other half.
const TEXTS: usize = 1;
const SAID: usize = 2;
const OUT: usize = 3;

/// Numbers that a request has beside the lengths of its header values: `[parts, port, tokens of the prompt]`, then the lengths of its texts.
pub(crate) const PARTS: usize = 3;
pub(crate) const TEXT_PARTS: usize = 10;

/// The requests of a call.
pub(crate) struct Batch<'c> {
    said: &'c [u32],
    /// Numbers of one request.
    stride: usize,
    out: Shared<'c>,
}

impl<'c> Batch<'c> {
    /// Reads the texts of all requests into `asked`. A length is that of the text in JavaScript and 1 more, 0 where there is no text.
    pub(crate) fn of(call: &'c Call, asked: &mut Asked, names: usize) -> Self {
        asked.read_texts(call, TEXTS);
        let said = call.numbers(SAID).unwrap_or_default();
        Self { said, stride: PARTS + TEXT_PARTS + names, out: call.shared(OUT) }
    }

    /// How many requests there are.
    pub(crate) fn len(&self) -> usize {
        self.said.len() / self.stride
    }

    /// What each request has, and where the numbers of its answer go.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (&'c [u32], Row<'c>)> + use<'c> {
        let out = self.out;
        self.said.chunks_exact(self.stride).enumerate().map(move |(index, said)| (said, Row::of(out, index)))
    }
}
