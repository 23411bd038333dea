//! What is to be done to a request, as plain values.

use inferroute::Mutations;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::Value;

use crate::errors;

/// The changes as a dict, empty where there are none.
pub(crate) fn dict<'py>(py: Python<'py>, mutations: Option<&Mutations>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let Some(mutations) = mutations else { return Ok(dict) };
    let value = serde_json::to_value(mutations).map_err(|error| errors::internal(&error.to_string()))?;
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            dict.set_item(name, object(py, value)?)?;
        }
    }
    Ok(dict)
}

/// A JSON value as Python has it.
pub(crate) fn object(py: Python<'_>, value: Value) -> PyResult<Bound<'_, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(flag) => flag.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into_pyobject(py)?.into_any(),
            (None, Some(number)) => number.into_pyobject(py)?.into_any(),
            (None, None) => number.as_f64().into_pyobject(py)?,
        },
        Value::String(text) => text.into_pyobject(py)?.into_any(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(object(py, item)?)?;
            }
            list.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, field) in fields {
                dict.set_item(name, object(py, field)?)?;
            }
            dict.into_any()
        }
    })
}
