//! Where a request goes, as Python sees it: a handle whose attributes are looked up when they are asked for.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use inferroute::{AttemptView, Criticality, Request, State};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::args::chars;
use crate::attempt::{self, Attempt};
use crate::backend::{Backend, backend_dict};
use crate::guard::guarded;
use crate::mutations;
use crate::request::Asked;
use crate::rewritten;
use crate::views;

type Inner = inferroute::Decision<Arc<State>>;

/// Where a request goes. Immutable.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Decision {
    inner: Inner,
    /// The model that the client asked for.
    asked: Option<Py<PyString>>,
    /// The path that the client asked for; `None`: `/`.
    path: Option<Py<PyString>>,
}

impl Decision {
    #[inline(always)]
    pub(crate) fn new(inner: Inner, asked: Option<&Asked<'_>>) -> Self {
        Self { inner, asked: asked.and_then(Asked::kept_model), path: asked.and_then(Asked::kept_path) }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The model to ask for where `model_override` is to be written into the request.
    pub(crate) fn model_of<'a>(
        &'a self,
        py: Python<'a>,
        model_override: Option<&'a str>,
    ) -> PyResult<Option<&'a str>> {
        match (model_override, &self.asked) {
            (Some(model), _) => Ok(Some(model)),
            (None, Some(model)) => model.to_str(py).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn model_text<'a>(&'a self, py: Python<'a>) -> PyResult<Option<&'a str>> {
        self.model_of(py, self.inner.model_override())
    }

    pub(crate) fn fallback_count(&self) -> usize {
        self.inner.fallbacks().len()
    }

    pub(crate) fn fallback(&self, position: usize) -> Option<AttemptView<'_>> {
        self.inner.fallbacks().nth(position)
    }

    fn path_text<'a>(&'a self, py: Python<'a>) -> PyResult<Cow<'a, str>> {
        let path = path_of(py, self.path.as_ref())?;
        Ok(self.inner.path(&Request::new(&NO_HEADERS).path(path)))
    }

    /// Everything that two decisions are compared by.
    fn parts<'a>(&'a self, py: Python<'a>) -> PyResult<impl PartialEq + Hash + 'a> {
        let inner = &self.inner;
        let backend = inner.backend();
        let fallbacks: Vec<_> =
            inner.fallbacks().map(|next| (next.endpoint(), next.address(), next.model_override())).collect();
        Ok((
            (fallbacks, self.path_text(py)?),
            (inner.route(), inner.rule(), inner.match_index(), inner.backend_ref_index()),
            (backend.kind, backend.namespace, backend.name),
            (inner.pool(), inner.endpoint(), inner.address()),
            (self.model_text(py)?, inner.model_override(), inner.seed(), inner.state_version()),
        ))
    }
}

#[pymethods]
impl Decision {
    /// Always True; tells a decision from a NoRoute.
    #[getter]
    fn ok(&self) -> bool {
        true
    }

    /// The route, as `namespace/name`.
    #[getter]
    fn route(&self) -> PyResult<&str> {
        guarded(|| Ok(self.inner.route()))
    }

    /// The rule's position in its route, from 0.
    #[getter]
    fn rule(&self) -> PyResult<usize> {
        guarded(|| Ok(self.inner.rule()))
    }

    /// The rule's name, where it has one.
    #[getter]
    fn rule_name(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.inner.rule_name()))
    }

    /// The position of the match that holds among the rule's, from 0.
    #[getter]
    fn match_index(&self) -> PyResult<usize> {
        guarded(|| Ok(self.inner.match_index()))
    }

    /// The chosen backendRef.
    #[getter]
    fn backend(&self) -> PyResult<Backend> {
        guarded(|| Ok(Backend::from(self.inner.backend())))
    }

    /// `backend.kind` without the object.
    #[getter]
    fn backend_kind(&self) -> PyResult<&str> {
        guarded(|| Ok(self.inner.backend().kind))
    }

    /// `backend.namespace` without the object.
    #[getter]
    fn backend_namespace(&self) -> PyResult<&str> {
        guarded(|| Ok(self.inner.backend().namespace))
    }

    /// `backend.name` without the object.
    #[getter]
    fn backend_name(&self) -> PyResult<&str> {
        guarded(|| Ok(self.inner.backend().name))
    }

    /// The pool the endpoint was picked from; None where the backendRef names an AIServiceBackend.
    #[getter]
    fn pool(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.inner.pool()))
    }

    /// The id of the endpoint.
    #[getter]
    fn endpoint(&self) -> PyResult<&str> {
        guarded(|| Ok(self.inner.endpoint()))
    }

    /// `host:port` of the endpoint; None where only the host of this library knows it.
    #[getter]
    fn address(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.inner.address()))
    }

    /// The model to ask for: `model_override`, else what the client asked for.
    #[getter]
    fn model<'a>(&'a self, py: Python<'a>) -> PyResult<Option<&'a str>> {
        guarded(|| self.model_text(py))
    }

    /// The model to write into the request; None: leave what the client wrote.
    #[getter]
    fn model_override(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.inner.model_override()))
    }

    /// What to try, in this order, where the endpoint fails: a tuple of Attempt.
    #[getter]
    fn fallbacks<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        guarded(|| Attempt::all(slf))
    }

    /// What to do to the request beside sending it on (inferroute.types.Mutations).
    #[getter]
    fn mutations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guarded(|| mutations::dict(py, self.inner.mutations()))
    }

    /// The path, with its query, to ask the endpoint for.
    #[getter]
    fn rewritten_path<'a>(&'a self, py: Python<'a>) -> PyResult<Cow<'a, str>> {
        guarded(|| self.path_text(py))
    }

    /// The body to send to the endpoint: the client's, with `model_override` and the changes of `mutations`. Raises RequestError.
    #[pyo3(signature = (body, content_type=None))]
    fn rewritten_body<'py>(
        &self,
        body: &Bound<'py, PyAny>,
        content_type: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        guarded(|| rewritten::body(&self.inner.primary(), body, content_type))
    }

    /// Tokens of the prompt, as the host counted them or as many as its text makes.
    #[getter]
    fn prompt_tokens(&self) -> PyResult<u32> {
        guarded(|| Ok(self.inner.prompt_tokens()))
    }

    /// Tokens of the prompt that the endpoint probably holds in its prefix cache.
    #[getter]
    fn cached_tokens(&self) -> PyResult<u32> {
        guarded(|| Ok(self.inner.cached_tokens()))
    }

    /// The endpoint that works off the prompt before (inferroute.types.EndpointDict); None where the profile asks for none.
    #[getter]
    fn prefill<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        guarded(|| self.inner.prefill().map(|endpoint| views::endpoint_dict(py, endpoint)).transpose())
    }

    /// The endpoint that works off images, audio and video before; None where the profile asks for none.
    #[getter]
    fn encode<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        guarded(|| self.inner.encode().map(|endpoint| views::endpoint_dict(py, endpoint)).transpose())
    }

    /// The addresses of the primary and of the fallbacks in its pool, separated by commas.
    #[getter]
    fn destinations(&self) -> PyResult<String> {
        guarded(|| Ok(self.inner.destinations()))
    }

    /// The value of the header by which the client's next request names this endpoint, for profiles with an encoded session.
    #[getter]
    fn session_token(&self) -> PyResult<String> {
        guarded(|| Ok(self.inner.session_token()))
    }

    /// The headers that tell a proxy and the endpoints where the request goes, as the endpoint picker protocol has them.
    fn endpoint_headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guarded(|| {
            let dict = PyDict::new(py);
            for (name, value) in self.inner.endpoint_headers() {
                dict.set_item(name, value)?;
            }
            Ok(dict)
        })
    }

    /// `Critical`, `Standard` or `Sheddable`; None where no InferenceModel names the request's model.
    #[getter]
    fn criticality(&self) -> PyResult<Option<&'static str>> {
        guarded(|| Ok(self.inner.criticality().map(Criticality::as_str)))
    }

    /// The priority of the request's InferenceObjective: larger matters more; 0 without one.
    #[getter]
    fn priority(&self) -> PyResult<i32> {
        guarded(|| Ok(self.inner.priority()))
    }

    /// The seed of all draws, with which the decision can be repeated.
    #[getter]
    fn seed(&self) -> PyResult<u64> {
        guarded(|| Ok(self.inner.seed()))
    }

    /// `Router.state_version` of the state that was decided on.
    #[getter]
    fn state_version(&self) -> PyResult<u64> {
        guarded(|| Ok(self.inner.state_version()))
    }

    /// What decides where the request goes, as plain values.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guarded(|| {
            let fallbacks = PyList::empty(py);
            for next in self.inner.fallbacks() {
                let model = self.model_of(py, next.model_override())?;
                fallbacks.append(attempt::to_dict(py, &next, model)?)?;
            }
            let dict = PyDict::new(py);
            dict.set_item("route", self.inner.route())?;
            dict.set_item("rule", self.inner.rule())?;
            dict.set_item("backend", backend_dict(py, self.inner.backend())?)?;
            dict.set_item("pool", self.inner.pool())?;
            dict.set_item("endpoint", self.inner.endpoint())?;
            dict.set_item("address", self.inner.address())?;
            dict.set_item("model", self.model_text(py)?)?;
            dict.set_item("fallbacks", fallbacks)?;
            dict.set_item("mutations", mutations::dict(py, self.inner.mutations())?)?;
            dict.set_item("seed", self.inner.seed())?;
            Ok(dict)
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guarded(|| {
            let inner = &self.inner;
            let text = |text: Option<&str>| text.map_or("None".to_owned(), |text| format!("'{text}'"));
            Ok(format!(
                "Decision(route='{}', rule={}, backend='{}', endpoint='{}', address={}, model={}, seed={})",
                inner.route(),
                inner.rule(),
                inner.backend(),
                inner.endpoint(),
                text(inner.address()),
                text(self.model_text(py)?),
                inner.seed(),
            ))
        })
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        guarded(|| Ok(self.parts(py)? == other.parts(py)?))
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        guarded(|| Ok(hash_of(self.parts(py)?)))
    }
}

/// For a request of which only the path is looked at.
pub(crate) const NO_HEADERS: [(&str, &str); 0] = [];

/// The path that was asked for.
pub(crate) fn path_of<'a>(py: Python<'a>, path: Option<&'a Py<PyString>>) -> PyResult<&'a str> {
    path.map_or(Ok("/"), |path| chars("path", path.bind(py)))
}

pub(crate) fn hash_of(parts: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}
