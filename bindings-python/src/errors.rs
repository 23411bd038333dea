//! From what went wrong here to the exception classes of `inferroute/_errors.py`, each with its stable code.

use std::any::Any;

use inferroute::{BodyError, Diagnostic, EventError, Problems, UnknownStrategy};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

/// A value of a type that is not taken.
pub(crate) const WRONG_TYPE: &str = "RQ0001";
/// Text that has no UTF-8 form.
pub(crate) const NOT_TEXT: &str = "RQ0002";
/// A number outside its range.
pub(crate) const OUT_OF_RANGE: &str = "RQ0003";

/// A text that is not of the form it must have.
pub(crate) const BAD_FORM: &str = "RQ0004";

/// A strategy that does not exist.
const UNKNOWN_STRATEGY: &str = "OP0001";
/// Something is in use by a call that is under way.
const BUSY: &str = "RQ0005";

/// Manifests or an option of a type that is not taken.
pub(crate) const BAD_OPTION: &str = "OP0002";
/// A router's seed outside its range.
pub(crate) const BAD_SEED: &str = "OP0003";

/// An event that is not one of those that exist.
const BAD_EVENT: &str = "EV0000";

/// A bug of this library.
const INTERNAL: &str = "IR0000";

type Class = PyOnceLock<Py<PyType>>;

macro_rules! class {
    ($py:expr, $name:literal) => {{
        static CLASS: Class = Class::new();
        CLASS.import($py, "inferroute._errors", $name)
    }};
}

/// `class(message, code)`, or what kept it from being made.
fn with_code(class: PyResult<&Bound<'_, PyType>>, message: &str, code: &str) -> PyErr {
    match class.and_then(|class| class.call1((message, code))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// Something of the request is not as it must be.
#[cold]
pub(crate) fn request(py: Python<'_>, code: &str, message: &str) -> PyErr {
    with_code(class!(py, "RequestError"), message, code)
}

/// A body is not as it must be.
pub(crate) fn body(py: Python<'_>, error: &BodyError) -> PyErr {
    request(py, error.code().as_str(), &error.to_string())
}

/// An option is not as it must be.
#[cold]
pub(crate) fn option(py: Python<'_>, code: &str, message: &str) -> PyErr {
    with_code(class!(py, "OptionError"), message, code)
}

pub(crate) fn unknown_strategy(py: Python<'_>, error: &UnknownStrategy) -> PyErr {
    option(py, UNKNOWN_STRATEGY, &error.to_string())
}

/// The event is none.
pub(crate) fn not_an_event(py: Python<'_>, message: &str) -> PyErr {
    with_code(class!(py, "EventError"), message, BAD_EVENT)
}

/// The event is one that cannot be true.
pub(crate) fn event(py: Python<'_>, error: &EventError) -> PyErr {
    with_code(class!(py, "EventError"), &error.to_string(), error.code())
}

/// A journal came out differently.
pub(crate) fn divergence(py: Python<'_>, code: &str, message: &str) -> PyErr {
    with_code(class!(py, "Divergence"), message, code)
}

/// `what` is in use by another thread, or by the caller itself further out.
pub(crate) fn busy(py: Python<'_>, what: &str) -> PyErr {
    request(
        py,
        BUSY,
        &format!("{what} is in use by a call that is under way; ask it from one thread at a time"),
    )
}

/// The manifests are refused.
pub(crate) fn manifests(py: Python<'_>, problems: &Problems) -> PyErr {
    let made = || {
        let listed = diagnostics(py, problems)?;
        class!(py, "ManifestError")?.call1((problems.to_string(), listed, problems.left_out()))
    };
    made().map_or_else(|error| error, PyErr::from_value)
}

/// A panic's payload as an exception.
#[cold]
pub(crate) fn internal(payload: &(dyn Any + Send)) -> PyErr {
    let said = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    let message = format!("inferroute has a bug, please report it: {said}");
    Python::attach(|py| with_code(class!(py, "InferrouteError"), &message, INTERNAL))
}

/// Diagnostics as a tuple of `inferroute.Diagnostic`.
pub(crate) fn diagnostics<'py, 'd>(
    py: Python<'py>,
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
) -> PyResult<Bound<'py, PyTuple>> {
    let class = class!(py, "Diagnostic")?;
    let made: PyResult<Vec<_>> = diagnostics.into_iter().map(|found| class.call1(fields(found))).collect();
    PyTuple::new(py, made?)
}

/// The arguments of `inferroute.Diagnostic`, in its order.
type Fields<'d> = (
    &'static str,
    &'static str,
    &'d str,
    &'d str,
    &'d str,
    u32,
    u32,
    u32,
    &'d str,
    &'d str,
    &'static str,
    String,
);

fn fields(found: &Diagnostic) -> Fields<'_> {
    (
        found.code().as_str(),
        found.severity().as_str(),
        found.message(),
        found.help(),
        found.file(),
        found.line(),
        found.column(),
        found.end_column(),
        found.object(),
        found.field(),
        found.code().docs(),
        found.to_string(),
    )
}

/// The name of a value's type, for messages.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}
