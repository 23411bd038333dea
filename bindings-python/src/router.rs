//! The router, as Python sees it.

use inferroute::{Options, Request};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::args::{self, Now};
use crate::decision::Decision;
use crate::errors;
use crate::event;
use crate::explanation::Explanation;
use crate::guard::guarded;
use crate::headers::{PlanHeaders, pairs};
use crate::lock::Lock;
use crate::manifests::{self, Texts, router_seed};
use crate::no_route::NoRoute;
use crate::request::{Asked, Given};
use crate::ticket::Ticket;
use crate::views;

type Any<'py> = Bound<'py, PyAny>;

/// Decides where requests go. Threads may share one; deciding takes no lock.
///
/// `manifests` is one text, a mapping of file names to texts, or (file name, text) pairs. `seed` None draws one from the operating system.
/// Raises ManifestError with every problem of every text, and OptionError.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Router {
    inner: inferroute::Router,
    seed: u64,
    /// Those of the published plan. Held while a plan is made, so that updates take effect one after the other.
    options: Lock<Options>,
}

impl Router {
    /// What `ask` answers to the request. Headers are gathered for the plan that is there; should another one be published before `ask` reads
    /// them, they are gathered again.
    #[inline]
    fn ask<T>(&self, headers: &Any<'_>, asked: &Asked<'_>, ask: impl Fn(&Request<'_>) -> T) -> PyResult<T> {
        let headers = pairs(headers)?;
        loop {
            let snapshot = self.inner.snapshot();
            let mut values = PlanHeaders::new(snapshot.plan());
            values.gather(&headers)?;
            let answer = ask(&asked.request(&values)?);
            if !values.is_stale() {
                return Ok(answer);
            }
        }
    }
}

#[pymethods]
impl Router {
    #[new]
    #[pyo3(
        signature = (manifests, *, strategy = None, inference_extension = None, default_namespace = None, first_match = None, fallback_endpoints = None, strict = None, unknown_model = None, envoy_gateway = None, catch_all = None, extension_filters = None, mesh = None, invalid_backend_refs = None, seed = None),
        text_signature = "(manifests, *, strategy='two_choice', inference_extension=True, default_namespace='default', first_match=False, fallback_endpoints=2, strict=False, unknown_model='pass', envoy_gateway=False, catch_all=False, extension_filters=(), mesh=False, invalid_backend_refs='fail_share', seed=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword argument of Python")]
    fn new(
        py: Python<'_>,
        manifests: &Any<'_>,
        strategy: Option<&Any<'_>>,
        inference_extension: Option<&Any<'_>>,
        default_namespace: Option<&Any<'_>>,
        first_match: Option<&Any<'_>>,
        fallback_endpoints: Option<&Any<'_>>,
        strict: Option<&Any<'_>>,
        unknown_model: Option<&Any<'_>>,
        envoy_gateway: Option<&Any<'_>>,
        catch_all: Option<&Any<'_>>,
        extension_filters: Option<&Any<'_>>,
        mesh: Option<&Any<'_>>,
        invalid_backend_refs: Option<&Any<'_>>,
        seed: Option<&Any<'_>>,
    ) -> PyResult<Self> {
        guarded(|| {
            let given = manifests::Given {
                strategy,
                inference_extension,
                default_namespace,
                first_match,
                fallback_endpoints,
                strict,
                unknown_model,
                envoy_gateway,
                catch_all,
                extension_filters,
                mesh,
                invalid_backend_refs,
            };
            let options = given.check()?.apply(Options::default());
            let seed = router_seed(py, seed)?;
            let texts = Texts::extract(manifests)?;
            let plan = py.detach(|| texts.compile(&options));
            let plan = plan.map_err(|problems| errors::manifests(py, &problems))?;
            Ok(Self { inner: inferroute::Router::new(plan, seed), seed, options: Lock::new(options) })
        })
    }

    /// Decides where a request goes: a Decision, or a NoRoute, which is false.
    ///
    /// `headers` is a mapping or pairs of str or bytes; a value may be a list of them. `model` is what the request's body asks for; without it
    /// it is read from `body`. `host`, `path` and `method` are what the client asked for, `gateway` (`namespace/name`) and `port` the listener it
    /// came through, `client_namespace` the namespace of a client within a mesh, `objective` its InferenceObjective, `now` nanoseconds of a monotonic clock, `seed` that of a decision to repeat. Raises RequestError.
    /// About half a microsecond with ten headers; holds the GIL.
    #[pyo3(
        signature = (headers, *, model = None, host = None, path = None, method = None, gateway = None, client_namespace = None, port = None, objective = None, body = None, content_type = None, now = Now::ZERO, seed = None),
        text_signature = "($self, headers, *, model=None, host=None, path='/', method='GET', gateway=None, client_namespace=None, port=None, objective=None, body=None, content_type=None, now=0, seed=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword argument of Python")]
    fn decide<'py>(
        &self,
        headers: &Any<'py>,
        model: Option<&Any<'py>>,
        host: Option<&Any<'py>>,
        path: Option<&Any<'py>>,
        method: Option<&Any<'py>>,
        gateway: Option<&Any<'py>>,
        client_namespace: Option<&Any<'py>>,
        port: Option<&Any<'py>>,
        objective: Option<&Any<'py>>,
        body: Option<&Any<'py>>,
        content_type: Option<&Any<'py>>,
        now: Now,
        seed: Option<&Any<'py>>,
    ) -> PyResult<Any<'py>> {
        guarded(|| {
            let py = headers.py();
            let asked = Given {
                model,
                host,
                path,
                method,
                gateway,
                client_namespace,
                port,
                objective,
                body,
                content_type,
            }
            .check()?;
            let seed = args::seed(seed)?;
            let answer = self.ask(headers, &asked, |request| match seed {
                Some(seed) => self.inner.decide_seeded(request, now.0, seed),
                None => self.inner.decide(request, now.0),
            })?;
            match answer {
                Ok(decision) => {
                    Bound::new(py, Decision::new(decision.into_shared(), asked)).map(Bound::into_any)
                }
                Err(no_route) => {
                    Bound::new(py, NoRoute::new(no_route.into_shared(), asked)).map(Bound::into_any)
                }
            }
        })
    }

    /// Decides as `decide` does and counts the request in flight until the Ticket is finished. A NoRoute is false. Raises RequestError.
    #[pyo3(
        signature = (headers, *, model = None, host = None, path = None, method = None, gateway = None, client_namespace = None, port = None, objective = None, body = None, content_type = None, now = Now::ZERO),
        text_signature = "($self, headers, *, model=None, host=None, path='/', method='GET', gateway=None, client_namespace=None, port=None, objective=None, body=None, content_type=None, now=0)"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword argument of Python")]
    fn route<'py>(
        &self,
        headers: &Any<'py>,
        model: Option<&Any<'py>>,
        host: Option<&Any<'py>>,
        path: Option<&Any<'py>>,
        method: Option<&Any<'py>>,
        gateway: Option<&Any<'py>>,
        client_namespace: Option<&Any<'py>>,
        port: Option<&Any<'py>>,
        objective: Option<&Any<'py>>,
        body: Option<&Any<'py>>,
        content_type: Option<&Any<'py>>,
        now: Now,
    ) -> PyResult<Any<'py>> {
        guarded(|| {
            let py = headers.py();
            let asked = Given {
                model,
                host,
                path,
                method,
                gateway,
                client_namespace,
                port,
                objective,
                body,
                content_type,
            }
            .check()?;
            match self.ask(headers, &asked, |request| self.inner.route(request, now.0))? {
                Ok(ticket) => Bound::new(py, Ticket::new(py, ticket, asked)?).map(Bound::into_any),
                Err(no_route) => {
                    Bound::new(py, NoRoute::new(no_route.into_shared(), asked)).map(Bound::into_any)
                }
            }
        })
    }

    /// The decision that `decide` would make now, with its reasons. Changes nothing. Raises RequestError. Takes microseconds.
    #[pyo3(
        signature = (headers, *, model = None, host = None, path = None, method = None, gateway = None, client_namespace = None, port = None, objective = None, body = None, content_type = None, now = Now::ZERO, seed = None),
        text_signature = "($self, headers, *, model=None, host=None, path='/', method='GET', gateway=None, client_namespace=None, port=None, objective=None, body=None, content_type=None, now=0, seed=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword argument of Python")]
    fn explain(
        &self,
        headers: &Any<'_>,
        model: Option<&Any<'_>>,
        host: Option<&Any<'_>>,
        path: Option<&Any<'_>>,
        method: Option<&Any<'_>>,
        gateway: Option<&Any<'_>>,
        client_namespace: Option<&Any<'_>>,
        port: Option<&Any<'_>>,
        objective: Option<&Any<'_>>,
        body: Option<&Any<'_>>,
        content_type: Option<&Any<'_>>,
        now: Now,
        seed: Option<&Any<'_>>,
    ) -> PyResult<Explanation> {
        guarded(|| {
            let asked = Given {
                model,
                host,
                path,
                method,
                gateway,
                client_namespace,
                port,
                objective,
                body,
                content_type,
            }
            .check()?;
            let seed = args::seed(seed)?;
            let explained = self.ask(headers, &asked, |request| match seed {
                Some(seed) => self.inner.explain_seeded(request, now.0, seed),
                None => self.inner.explain(request, now.0),
            });
            explained.map(Explanation::new)
        })
    }

    /// Tells what happened, as a dict (inferroute.types.Event). The next decision sees it. Raises EventError; the state is then as before.
    #[pyo3(signature = (event, *, now = Now::ZERO), text_signature = "($self, event, *, now=0)")]
    fn observe(&self, py: Python<'_>, event: &Any<'_>, now: Now) -> PyResult<()> {
        guarded(|| {
            let event = event::decode(event)?;
            py.detach(|| self.inner.observe(&event, now.0)).map_err(|error| errors::event(py, &error))
        })
    }

    /// Publishes a plan of other manifests. Counts go on; options that are None stay. Raises ManifestError or OptionError; all is then as before.
    #[pyo3(
        signature = (manifests, *, strategy = None, inference_extension = None, default_namespace = None, first_match = None, fallback_endpoints = None, strict = None, unknown_model = None, envoy_gateway = None, catch_all = None, extension_filters = None, mesh = None, invalid_backend_refs = None),
        text_signature = "($self, manifests, *, strategy=None, inference_extension=None, default_namespace=None, first_match=None, fallback_endpoints=None, strict=None, unknown_model=None, envoy_gateway=None, catch_all=None, extension_filters=None, mesh=None, invalid_backend_refs=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword argument of Python")]
    fn update(
        &self,
        py: Python<'_>,
        manifests: &Any<'_>,
        strategy: Option<&Any<'_>>,
        inference_extension: Option<&Any<'_>>,
        default_namespace: Option<&Any<'_>>,
        first_match: Option<&Any<'_>>,
        fallback_endpoints: Option<&Any<'_>>,
        strict: Option<&Any<'_>>,
        unknown_model: Option<&Any<'_>>,
        envoy_gateway: Option<&Any<'_>>,
        catch_all: Option<&Any<'_>>,
        extension_filters: Option<&Any<'_>>,
        mesh: Option<&Any<'_>>,
        invalid_backend_refs: Option<&Any<'_>>,
    ) -> PyResult<()> {
        guarded(|| {
            let given = manifests::Given {
                strategy,
                inference_extension,
                default_namespace,
                first_match,
                fallback_endpoints,
                strict,
                unknown_model,
                envoy_gateway,
                catch_all,
                extension_filters,
                mesh,
                invalid_backend_refs,
            };
            let changes = given.check()?;
            let texts = Texts::extract(manifests)?;
            let published = py.detach(|| {
                let mut options = self.options.lock();
                let changed = changes.apply(options.clone());
                self.inner.update(texts.compile(&changed)?);
                *options = changed;
                Ok(())
            });
            published.map_err(|problems| errors::manifests(py, &problems))
        })
    }

    /// What loaded but deserves a look: a tuple of Diagnostic.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        guarded(|| errors::diagnostics(py, self.inner.snapshot().plan().warnings()))
    }

    /// The names of the headers that rules look at, in lower case.
    #[getter]
    fn header_names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        guarded(|| PyTuple::new(py, self.inner.snapshot().plan().header_names().map(|name| name.as_str())))
    }

    /// The pools, as `namespace/name`.
    #[getter]
    fn pools<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        guarded(|| PyTuple::new(py, self.inner.snapshot().plan().pools().map(|name| name.as_str())))
    }

    /// The seed that all decisions' seeds come from.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// How many states this router has had before this one.
    #[getter]
    fn state_version(&self) -> PyResult<u64> {
        guarded(|| Ok(self.inner.snapshot().version()))
    }

    /// All endpoints as they are at this moment.
    fn endpoints<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        guarded(|| {
            let snapshot = self.inner.snapshot();
            views::list(py, snapshot.endpoints(), views::endpoint)
        })
    }

    /// The models to list at `/v1/models` for requests to `host`: the exact values that AIGatewayRoutes ask of header `x-ai-eg-model`. Models
    /// that only other hosts serve stay out; without a host those stay out that any host must be named for. Raises RequestError.
    #[pyo3(signature = (host = None))]
    fn published_models<'py>(
        &self,
        py: Python<'py>,
        host: Option<&Any<'py>>,
    ) -> PyResult<Bound<'py, PyList>> {
        guarded(|| {
            let host = args::text("host", host)?;
            let host = host.map(|host| args::chars("host", host)).transpose()?;
            let snapshot = self.inner.snapshot();
            views::list(py, snapshot.plan().published_models(host), views::model)
        })
    }

    fn __repr__(&self) -> PyResult<String> {
        guarded(|| {
            let state = self.inner.snapshot();
            let (rules, pools) = (state.plan().rules().len(), state.plan().pools().len());
            let (endpoints, version) = (state.endpoints().len(), state.version());
            Ok(format!("<Router: {rules} rules, {pools} pools, {endpoints} endpoints, state {version}>"))
        })
    }
}
