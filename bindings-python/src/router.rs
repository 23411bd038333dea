//! The router, as Python sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use inferroute::{Event, Options, Pinned, Plan, Request, State};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::args::{self, Now};
use crate::callback;
use crate::decision::Decision;
use crate::errors::{self, BAD_OPTION, WRONG_TYPE, type_name};
use crate::event;
use crate::explanation::Explanation;
use crate::guard::guarded;
use crate::headers::{ManyHeaders, PlanHeaders, is_walked, pairs};
use crate::journal::Journal;
use crate::load::LoadReport;
use crate::lock::Lock;
use crate::manifests::{self, Texts, router_seed};
use crate::mutations;
use crate::no_route::NoRoute;
use crate::request::{Asked, Given, of_dict, request_of};
use crate::ticket::Ticket;
use crate::views;

type Any<'py> = Bound<'py, PyAny>;

/// Decides where requests go. Threads may share one; deciding takes no lock.
///
/// `manifests` is one text, a mapping of file names to texts, or (file name, text) pairs. `seed` None draws one from the operating system.
/// Raises ManifestError with every problem of every text, and OptionError.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Router {
    pub(crate) inner: inferroute::Router,
    seed: u64,
    /// Held while a plan is made, so that updates take effect one after the other.
    chosen: Lock<Chosen>,
    /// Whether a decision may ask a scorer of Python. Set before the plan is published that makes it so.
    runs_python: AtomicBool,
}

/// The options of the published plan.
struct Chosen {
    options: Options,
    has_scheduling: bool,
}

impl Router {
    /// The plan that is published.
    pub(crate) fn plan(&self) -> Arc<Plan> {
        self.inner.snapshot().shared_plan()
    }

    #[inline]
    pub(crate) fn runs_python(&self) -> bool {
        self.runs_python.load(Ordering::Relaxed)
    }

    /// What `made` makes of the answers of `ask` to several requests at once, by the rules of `ask`.
    fn ask_many<'py, T>(
        &self,
        requests: &Any<'py>,
        ask: impl FnOnce(Pinned<'_>, &mut dyn Iterator<Item = Request<'_>>) -> Vec<T>,
        made: impl Fn(T, Option<&Asked<'py>>) -> PyResult<Any<'py>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = requests.py();
        let is_iterable = !requests.is_instance_of::<PyDict>();
        let Some(items) = is_iterable.then(|| requests.try_iter().ok()).flatten() else {
            let message =
                format!("requests must be dicts of arguments of decide, not {}", type_name(requests));
            return Err(errors::request(py, WRONG_TYPE, &message));
        };
        let (mut asked, mut headers) = (Vec::new(), Vec::new());
        if let Ok(list) = requests.cast::<PyList>() {
            asked.reserve(list.len());
            headers.reserve(list.len());
        }
        for item in items {
            let (own, beside) = of_dict(&item?, self.runs_python())?;
            headers.push(own);
            asked.push(beside);
        }
        let pinned = self.inner.pinned();
        let values = ManyHeaders::gather(pinned.plan(), &headers)?;
        let rows = values.rows(headers.len());
        // What is wrong with one of them is told before any is counted. Each is made where it is decided: all of them at once would fill the nearest cache.
        for (asked, row) in asked.iter().zip(&rows) {
            request_of(asked.as_deref(), row)?;
        }
        let mut asked = asked.iter().map(Option::as_deref);
        let mut requests = asked.clone().zip(&rows).map_while(|(asked, row)| request_of(asked, row).ok());
        let answers = ask(pinned, &mut requests);
        let made = answers.into_iter().map_while(|answer| Some(made(answer, asked.next()?)));
        PyList::new(py, made.collect::<PyResult<Vec<_>>>()?)
    }

    /// What `made` makes of what `ask` answers to the request, on the state whose plan the headers were gathered for. The answer goes from the one to the
    /// other as it is: a decision is some hundred bytes, and each move of it is measured.
    #[inline]
    fn ask<'py, T, R>(
        &self,
        headers: &Any<'py>,
        asked: Option<&Asked<'py>>,
        ask: impl FnOnce(Pinned<'_>, &Request<'_>) -> T,
        made: impl FnOnce(T, Option<&Asked<'py>>) -> PyResult<R>,
    ) -> PyResult<R> {
        let listed;
        let headers = if is_walked(headers) {
            headers
        } else {
            listed = pairs(headers.clone())?;
            &listed
        };
        let pinned = self.inner.pinned();
        let mut values = PlanHeaders::new();
        values.gather(pinned.plan(), headers)?;
        let answer = ask(pinned, &request_of(asked, &values)?);
        made(answer, asked)
    }
}

#[pymethods]
impl Router {
    #[new]
    #[pyo3(
        signature = (manifests, *, strategy = None, inference_extension = None, default_namespace = None, first_match = None, fallback_endpoints = None, strict = None, unknown_model = None, envoy_gateway = None, catch_all = None, extension_filters = None, mesh = None, invalid_backend_refs = None, stale_after = None, lease = None, scheduling = None, endpoint_picker_config = None, endpoint_picker_config_key = None, custom_scorers = None, journal = None, seed = None),
        text_signature = "(manifests, *, strategy='predicted_completion', inference_extension=True, default_namespace='default', first_match=False, fallback_endpoints=2, strict=False, unknown_model='pass', envoy_gateway=False, catch_all=False, extension_filters=(), mesh=False, invalid_backend_refs='fail_share', stale_after=30000000000, lease=3600000000000, scheduling=None, endpoint_picker_config=None, endpoint_picker_config_key=None, custom_scorers=(), journal=None, seed=None)"
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
        stale_after: Option<&Any<'_>>,
        lease: Option<&Any<'_>>,
        scheduling: Option<&Any<'_>>,
        endpoint_picker_config: Option<&Any<'_>>,
        endpoint_picker_config_key: Option<&Any<'_>>,
        custom_scorers: Option<&Any<'_>>,
        journal: Option<&Any<'_>>,
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
                stale_after,
                lease,
                scheduling,
                endpoint_picker_config,
                endpoint_picker_config_key,
                custom_scorers,
            };
            let changes = given.check(false)?;
            let options = changes.apply(Options::default());
            let journal = journal.map(Journal::take).transpose()?;
            let seed = router_seed(py, seed)?;
            let texts = Texts::extract(manifests)?;
            let plan = py.detach(|| texts.compile(&options));
            let plan = plan.map_err(|problems| errors::manifests(py, &problems))?;
            let inner = inferroute::Router::new(plan, seed);
            let inner = match journal {
                Some(journal) => inner.journal(Arc::new(journal)),
                None => inner,
            };
            let chosen = Lock::new(Chosen { options, has_scheduling: changes.has_scheduling() });
            Ok(Self { inner, seed, chosen, runs_python: AtomicBool::new(changes.runs_python()) })
        })
    }

    /// Decides where a request goes: a Decision, or a NoRoute, which is false.
    ///
    /// `headers` is a mapping or pairs of str or bytes; a value may be a list of them. `model` is what the request's body asks for; without it
    /// it is read from `body`. `host`, `path` and `method` are what the client asked for, `gateway` (`namespace/name`) and `port` the listener it
    /// came through, `client_namespace` the namespace of a client within a mesh, `pool` an InferencePool that is chosen already, `objective` its InferenceObjective, `now` nanoseconds of a monotonic clock, `seed` that of a decision to repeat. Raises RequestError.
    /// About half a microsecond with ten headers; holds the GIL.
    #[pyo3(
        signature = (headers, *, model = None, host = None, path = None, method = None, gateway = None, client_namespace = None, port = None, pool = None, objective = None, body = None, content_type = None, prompt = None, prompt_tokens = None, tenant = None, subset = None, multimodal = None, now = Now::ZERO, seed = None),
        text_signature = "($self, headers, *, model=None, host=None, path='/', method='GET', gateway=None, client_namespace=None, port=None, pool=None, objective=None, body=None, content_type=None, prompt=None, prompt_tokens=None, tenant=None, subset=None, multimodal=None, now=0, seed=None)"
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
        pool: Option<&Any<'py>>,
        objective: Option<&Any<'py>>,
        body: Option<&Any<'py>>,
        content_type: Option<&Any<'py>>,
        prompt: Option<&Any<'py>>,
        prompt_tokens: Option<&Any<'py>>,
        tenant: Option<&Any<'py>>,
        subset: Option<&Any<'py>>,
        multimodal: Option<&Any<'py>>,
        now: Now,
        seed: Option<&Any<'py>>,
    ) -> PyResult<Any<'py>> {
        guarded(|| {
            let py = headers.py();
            let mut asked = None;
            Given {
                model,
                host,
                path,
                method,
                gateway,
                client_namespace,
                port,
                pool,
                objective,
                body,
                content_type,
                prompt,
                prompt_tokens,
                tenant,
                subset,
                multimodal,
            }
            .check(self.runs_python(), &mut asked)?;
            let seed = args::seed(seed)?;
            self.ask(
                headers,
                asked.as_ref(),
                |router, request| match seed {
                    Some(seed) => router.into_shared().decide_seeded(request, now.0, seed),
                    None => router.into_shared().decide(request, now.0),
                },
                |answer, asked| outcome(py, answer, asked),
            )
        })
    }

    /// Decides as `decide` does and counts the request in flight until the Ticket is finished. A NoRoute is false. Raises RequestError.
    #[pyo3(
        signature = (headers, *, model = None, host = None, path = None, method = None, gateway = None, client_namespace = None, port = None, pool = None, objective = None, body = None, content_type = None, prompt = None, prompt_tokens = None, tenant = None, subset = None, multimodal = None, now = Now::ZERO),
        text_signature = "($self, headers, *, model=None, host=None, path='/', method='GET', gateway=None, client_namespace=None, port=None, pool=None, objective=None, body=None, content_type=None, prompt=None, prompt_tokens=None, tenant=None, subset=None, multimodal=None, now=0)"
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
        pool: Option<&Any<'py>>,
        objective: Option<&Any<'py>>,
        body: Option<&Any<'py>>,
        content_type: Option<&Any<'py>>,
        prompt: Option<&Any<'py>>,
        prompt_tokens: Option<&Any<'py>>,
        tenant: Option<&Any<'py>>,
        subset: Option<&Any<'py>>,
        multimodal: Option<&Any<'py>>,
        now: Now,
    ) -> PyResult<Any<'py>> {
        guarded(|| {
            let py = headers.py();
            let mut asked = None;
            Given {
                model,
                host,
                path,
                method,
                gateway,
                client_namespace,
                port,
                pool,
                objective,
                body,
                content_type,
                prompt,
                prompt_tokens,
                tenant,
                subset,
                multimodal,
            }
            .check(self.runs_python(), &mut asked)?;
            self.ask(
                headers,
                asked.as_ref(),
                |router, request| router.route(request, now.0),
                |routed, asked| routed_outcome(py, routed, asked),
            )
        })
    }

    /// The decision that `decide` would make now, with its reasons. Changes nothing. Raises RequestError. Takes microseconds.
    #[pyo3(
        signature = (headers, *, model = None, host = None, path = None, method = None, gateway = None, client_namespace = None, port = None, pool = None, objective = None, body = None, content_type = None, prompt = None, prompt_tokens = None, tenant = None, subset = None, multimodal = None, now = Now::ZERO, seed = None),
        text_signature = "($self, headers, *, model=None, host=None, path='/', method='GET', gateway=None, client_namespace=None, port=None, pool=None, objective=None, body=None, content_type=None, prompt=None, prompt_tokens=None, tenant=None, subset=None, multimodal=None, now=0, seed=None)"
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
        pool: Option<&Any<'_>>,
        objective: Option<&Any<'_>>,
        body: Option<&Any<'_>>,
        content_type: Option<&Any<'_>>,
        prompt: Option<&Any<'_>>,
        prompt_tokens: Option<&Any<'_>>,
        tenant: Option<&Any<'_>>,
        subset: Option<&Any<'_>>,
        multimodal: Option<&Any<'_>>,
        now: Now,
        seed: Option<&Any<'_>>,
    ) -> PyResult<Explanation> {
        guarded(|| {
            let mut asked = None;
            Given {
                model,
                host,
                path,
                method,
                gateway,
                client_namespace,
                port,
                pool,
                objective,
                body,
                content_type,
                prompt,
                prompt_tokens,
                tenant,
                subset,
                multimodal,
            }
            .check(self.runs_python(), &mut asked)?;
            let seed = args::seed(seed)?;
            self.ask(
                headers,
                asked.as_ref(),
                |router, request| match seed {
                    Some(seed) => router.explain_seeded(request, now.0, seed),
                    None => router.explain(request, now.0),
                },
                |explained, _| Ok(Explanation::new(explained)),
            )
        })
    }

    /// `decide` for requests that came at once, dicts of its arguments (inferroute.types.RequestArguments): each counts in flight for those after it and,
    /// once all are decided, no more. Raises RequestError; nothing is decided then.
    #[pyo3(signature = (requests, *, now = Now::ZERO), text_signature = "($self, requests, *, now=0)")]
    fn decide_many<'py>(&self, requests: &Any<'py>, now: Now) -> PyResult<Bound<'py, PyList>> {
        guarded(|| {
            let py = requests.py();
            self.ask_many(
                requests,
                |router, requests| router.decide_many(requests, now.0),
                |answer, asked| match answer {
                    Ok(decision) => decided(py, decision, asked),
                    Err(no_route) => refused(py, no_route.into_shared(), asked),
                },
            )
        })
    }

    /// `route` for requests that came at once: each is counted before the next is decided, so that a burst spreads. Raises RequestError; nothing is
    /// counted then.
    #[pyo3(signature = (requests, *, now = Now::ZERO), text_signature = "($self, requests, *, now=0)")]
    fn route_many<'py>(&self, requests: &Any<'py>, now: Now) -> PyResult<Bound<'py, PyList>> {
        guarded(|| {
            let py = requests.py();
            self.ask_many(
                requests,
                |router, requests| router.route_many(requests, now.0),
                |routed, asked| routed_outcome(py, routed, asked),
            )
        })
    }

    /// Reads an endpoint's metrics page (`LoadReport.from_prometheus`), tells what it says as event `load_polled`, and returns it. Raises RequestError.
    #[pyo3(
        signature = (endpoint, text, *, engine = None, rank = None, now = Now::ZERO),
        text_signature = "($self, endpoint, text, *, engine=None, rank=None, now=0)"
    )]
    fn observe_metrics(
        &self,
        endpoint: &str,
        text: &Any<'_>,
        engine: Option<&str>,
        rank: Option<&str>,
        now: Now,
    ) -> PyResult<LoadReport> {
        guarded(|| {
            let py = text.py();
            let report = LoadReport::read(text, engine, rank)?;
            let event = Event::LoadPolled { endpoint: endpoint.to_owned(), load: Box::new(report.report()) };
            let told = py.detach(|| self.inner.observe(&event, now.0));
            told.map_err(|error| errors::event(py, &error))?;
            Ok(report)
        })
    }

    /// How often something was wrong with the KV events of endpoints (inferroute.types.KvCounters); None where the plan does not ask for them.
    #[getter]
    fn kv_counters<'py>(&self, py: Python<'py>) -> PyResult<Option<Any<'py>>> {
        guarded(|| {
            let Some(counters) = self.inner.snapshot().kv_counters() else { return Ok(None) };
            let value = serde_json::to_value(counters);
            mutations::object(py, value.map_err(|error| errors::internal(&error.to_string()))?).map(Some)
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
        signature = (manifests, *, strategy = None, inference_extension = None, default_namespace = None, first_match = None, fallback_endpoints = None, strict = None, unknown_model = None, envoy_gateway = None, catch_all = None, extension_filters = None, mesh = None, invalid_backend_refs = None, stale_after = None, lease = None, scheduling = None, endpoint_picker_config = None, endpoint_picker_config_key = None, custom_scorers = None),
        text_signature = "($self, manifests, *, strategy=None, inference_extension=None, default_namespace=None, first_match=None, fallback_endpoints=None, strict=None, unknown_model=None, envoy_gateway=None, catch_all=None, extension_filters=None, mesh=None, invalid_backend_refs=None, stale_after=None, lease=None, scheduling=None, endpoint_picker_config=None, endpoint_picker_config_key=None, custom_scorers=None)"
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
        stale_after: Option<&Any<'_>>,
        lease: Option<&Any<'_>>,
        scheduling: Option<&Any<'_>>,
        endpoint_picker_config: Option<&Any<'_>>,
        endpoint_picker_config_key: Option<&Any<'_>>,
        custom_scorers: Option<&Any<'_>>,
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
                stale_after,
                lease,
                scheduling,
                endpoint_picker_config,
                endpoint_picker_config_key,
                custom_scorers,
            };
            if callback::TELLING.is_inside() || callback::SCORING.is_inside() {
                return Err(errors::option(py, BAD_OPTION, "a scorer or journal cannot update a router"));
            }
            let has_scheduling = py.detach(|| self.chosen.lock().has_scheduling);
            let changes = given.check(has_scheduling)?;
            let texts = Texts::extract(manifests)?;
            if changes.runs_python() {
                self.runs_python.store(true, Ordering::Relaxed);
            }
            let published = py.detach(|| {
                let mut chosen = self.chosen.lock();
                let changed = changes.apply(chosen.options.clone());
                self.inner.update(texts.compile(&changed)?);
                chosen.options = changed;
                chosen.has_scheduling |= changes.has_scheduling();
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

/// What a decision is to Python.
#[inline]
pub(crate) fn outcome<'py>(
    py: Python<'py>,
    answer: Result<inferroute::Decision<Arc<State>>, inferroute::NoRoute<Arc<State>>>,
    asked: Option<&Asked<'py>>,
) -> PyResult<Any<'py>> {
    match answer {
        Ok(decision) => decided(py, decision, asked),
        Err(no_route) => refused(py, no_route, asked),
    }
}

#[inline]
fn decided<'py>(
    py: Python<'py>,
    decision: inferroute::Decision<Arc<State>>,
    asked: Option<&Asked<'py>>,
) -> PyResult<Any<'py>> {
    Bound::new(py, Decision::new(decision, asked)).map(Bound::into_any)
}

fn refused<'py>(
    py: Python<'py>,
    no_route: inferroute::NoRoute<Arc<State>>,
    asked: Option<&Asked<'py>>,
) -> PyResult<Any<'py>> {
    Bound::new(py, NoRoute::new(no_route, asked)).map(Bound::into_any)
}

/// What a routed request is to Python.
fn routed_outcome<'py>(
    py: Python<'py>,
    routed: Result<inferroute::Ticket, inferroute::NoRoute>,
    asked: Option<&Asked<'py>>,
) -> PyResult<Any<'py>> {
    match routed {
        Ok(ticket) => Bound::new(py, Ticket::new(py, ticket, asked)?).map(Bound::into_any),
        Err(no_route) => refused(py, no_route.into_shared(), asked),
    }
}
