//! The Python module `inferroute._native`: names, types and errors of Python around the `inferroute` crate, and no routing of its own.
//!
//! Every function that Python can call runs under `guard::guarded`, so that a bug here is an `InferrouteError` there and never a
//! `PanicException`, which `except Exception` would not catch.

mod args;
mod attempt;
mod backend;
mod callback;
mod decision;
mod errors;
mod event;
mod explanation;
mod guard;
mod headers;
mod journal;
mod load;
mod lock;
mod manifests;
mod mutations;
mod no_route;
mod prompt;
mod rendering;
mod request;
mod rewritten;
mod router;
mod scheduling;
mod scorer;
mod shadow;
mod ticket;
mod views;

use pyo3::prelude::*;

/// The compiled part of `inferroute`. Import from `inferroute`.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;

    #[pymodule_export]
    use super::attempt::Attempt;
    #[pymodule_export]
    use super::backend::Backend;
    #[pymodule_export]
    use super::decision::Decision;
    #[pymodule_export]
    use super::explanation::Explanation;
    #[pymodule_export]
    use super::journal::Player;
    #[pymodule_export]
    use super::load::LoadReport;
    #[pymodule_export]
    use super::no_route::NoRoute;
    #[pymodule_export]
    use super::prompt::PromptBlocks;
    #[pymodule_export]
    use super::rendering::{_render, _render_styled};
    #[pymodule_export]
    use super::router::Router;
    #[pymodule_export]
    use super::scheduling::Scheduling;
    #[pymodule_export]
    use super::scorer::{ScoredEndpoint, ScoredRequest, Scorer};
    #[pymodule_export]
    use super::shadow::Shadow;
    #[pymodule_export]
    use super::ticket::Ticket;

    #[cfg(feature = "test-panic")]
    #[pymodule_export]
    use super::guard::_panic;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let strategies = inferroute::Strategy::ALL.iter().map(|strategy| strategy.as_str());
        module.add("STRATEGIES", PyTuple::new(module.py(), strategies)?)?;
        module.add("CONTROL_HEADERS", PyTuple::new(module.py(), inferroute::CONTROL_HEADERS)?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
