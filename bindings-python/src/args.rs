//! The numbers and texts of a call, checked where they enter.

use inferroute::Nanos;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};

use crate::errors::{self, NOT_TEXT, OUT_OF_RANGE, WRONG_TYPE, type_name};

/// Argument `now`.
#[derive(Clone, Copy)]
pub(crate) struct Now(pub(crate) Nanos);

impl Now {
    pub(crate) const ZERO: Self = Self(Nanos::new(0));
}

impl<'py> FromPyObject<'_, 'py> for Now {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let hint = "now must be nanoseconds of a monotonic clock, for example time.monotonic_ns()";
        unsigned(&value, hint).map(|nanos| Self(Nanos::new(nanos)))
    }
}

/// The seed of a decision, where the caller gives one.
pub(crate) fn seed(value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<u64>> {
    let hint = "seed must be the seed of a decision, or None for the router's next one";
    value.map(|value| unsigned(value, hint)).transpose()
}

fn unsigned(value: &Bound<'_, PyAny>, hint: &str) -> PyResult<u64> {
    if !value.is_instance_of::<PyInt>() {
        let message = format!("{hint}; an int is needed, not {}", type_name(value));
        return Err(errors::request(value.py(), WRONG_TYPE, &message));
    }
    value.extract::<u64>().map_err(|_| {
        errors::request(value.py(), OUT_OF_RANGE, &format!("{hint}; it goes from 0 to 2**64 - 1"))
    })
}

/// A span of nanoseconds, argument `name` that is an option.
pub(crate) fn span(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Nanos> {
    let is_int = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    let nanos = if is_int { value.extract::<u64>().ok() } else { None };
    nanos.map(Nanos::new).ok_or_else(|| {
        let found = value.repr().map_or_else(|_| type_name(value), |repr| repr.to_string());
        let message = format!("{name} must be nanoseconds, an int from 0 to 2**64 - 1, not {found}");
        errors::option(value.py(), errors::BAD_OPTION, &message)
    })
}

/// The text of argument `name`.
#[inline]
pub(crate) fn text<'a, 'py>(
    name: &str,
    value: Option<&'a Bound<'py, PyAny>>,
) -> PyResult<Option<&'a Bound<'py, PyString>>> {
    let Some(value) = value else { return Ok(None) };
    match value.cast::<PyString>() {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(not_text(name, value)),
    }
}

#[cold]
fn not_text(name: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let message = format!("{name} must be str or None, not {}", type_name(value));
    errors::request(value.py(), WRONG_TYPE, &message)
}

/// The characters of a text, without a copy.
#[inline]
pub(crate) fn chars<'a>(what: &str, text: &'a Bound<'_, PyString>) -> PyResult<&'a str> {
    text.to_str().map_err(|_| {
        let message =
            format!("{what} has lone surrogates and so no UTF-8 form; pass bytes or decode it anew");
        errors::request(text.py(), NOT_TEXT, &message)
    })
}
