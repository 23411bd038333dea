//! What a router lists, as dicts.

use inferroute::{EndpointView, PublishedModel};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// A list with a dict for each item.
pub(crate) fn list<'py, T>(
    py: Python<'py>,
    items: impl Iterator<Item = T>,
    fill: impl Fn(&Bound<'py, PyDict>, T) -> PyResult<()>,
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for item in items {
        let dict = PyDict::new(py);
        fill(&dict, item)?;
        list.append(dict)?;
    }
    Ok(list)
}

/// An item of `Router.endpoints()`.
pub(crate) fn endpoint(dict: &Bound<'_, PyDict>, endpoint: EndpointView<'_>) -> PyResult<()> {
    dict.set_item("id", endpoint.id)?;
    dict.set_item("address", endpoint.address)?;
    dict.set_item("ready", endpoint.ready)?;
    dict.set_item("in_flight", endpoint.in_flight)?;
    dict.set_item("of_replicas", endpoint.of_replicas)?;
    dict.set_item("waiting_tokens", endpoint.waiting_tokens)?;
    let cached = PyDict::new(dict.py());
    cached.set_item("predicted", endpoint.cached_tokens.predicted)?;
    cached.set_item("delivered", endpoint.cached_tokens.delivered)?;
    dict.set_item("cached_tokens", cached)?;
    dict.set_item("pace", endpoint.pace)
}

/// An endpoint by itself.
pub(crate) fn endpoint_dict<'py>(py: Python<'py>, view: EndpointView<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    endpoint(&dict, view)?;
    Ok(dict)
}

/// An item of `Router.published_models()`.
pub(crate) fn model(dict: &Bound<'_, PyDict>, model: &PublishedModel) -> PyResult<()> {
    dict.set_item("id", &model.id)?;
    dict.set_item("owned_by", &model.owned_by)?;
    dict.set_item("created", &model.created)
}
