//! The name of a backend, as Python sees it.

use inferroute::BackendName;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::guard::guarded;

/// The backendRef that was chosen. Immutable.
#[pyclass(frozen, get_all, eq, hash, module = "inferroute")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Backend {
    kind: String,
    namespace: String,
    name: String,
}

impl From<BackendName<'_>> for Backend {
    fn from(name: BackendName<'_>) -> Self {
        let BackendName { kind, namespace, name } = name;
        Self { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

#[pymethods]
impl Backend {
    fn __repr__(&self) -> PyResult<String> {
        let Self { kind, namespace, name } = self;
        guarded(|| Ok(format!("Backend(kind='{kind}', namespace='{namespace}', name='{name}')")))
    }

    /// `kind namespace/name`.
    fn __str__(&self) -> PyResult<String> {
        let Self { kind, namespace, name } = self;
        guarded(|| Ok(format!("{kind} {namespace}/{name}")))
    }
}

pub(crate) fn backend_dict<'py>(py: Python<'py>, name: BackendName<'_>) -> PyResult<Bound<'py, PyDict>> {
    let backend = PyDict::new(py);
    backend.set_item("kind", name.kind)?;
    backend.set_item("namespace", name.namespace)?;
    backend.set_item("name", name.name)?;
    Ok(backend)
}
