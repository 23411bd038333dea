//! No panic crosses into Python.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;

use crate::errors;

/// Runs `body`; a panic becomes `InferrouteError` with the code `IR0000`.
///
/// What `body` borrows stays usable after a panic: a router's state is only ever replaced whole.
#[inline]
pub(crate) fn guarded<T>(body: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(errors::internal(payload.as_ref())))
}

/// Panics inside the guard, for the test that sees it come out as an error.
#[cfg(feature = "test-panic")]
#[pyfunction]
pub(crate) fn _panic() -> PyResult<()> {
    #[expect(clippy::panic, reason = "this is what the test is about")]
    guarded(|| panic!("on purpose"))
}
