//! The arguments of a call that describe a request, checked where they enter.

use std::ops::ControlFlow;

use inferroute::{Body, BodyFormat, BodyLimits, Headers, Request};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyInt, PyList, PyMemoryView, PyString, PyTuple};

use crate::args::{self, chars};
use crate::errors::{self, BAD_FORM, OUT_OF_RANGE, WRONG_TYPE, type_name};
use crate::headers::pairs;
use crate::prompt::Held;

type Any<'py> = Bound<'py, PyAny>;
type Text<'py> = Bound<'py, PyString>;

/// The arguments as they were given; `None` where one is absent.
#[derive(Clone, Copy, Default)]
pub(crate) struct Given<'a, 'py> {
    pub(crate) model: Option<&'a Any<'py>>,
    pub(crate) host: Option<&'a Any<'py>>,
    pub(crate) path: Option<&'a Any<'py>>,
    pub(crate) method: Option<&'a Any<'py>>,
    pub(crate) gateway: Option<&'a Any<'py>>,
    pub(crate) client_namespace: Option<&'a Any<'py>>,
    pub(crate) port: Option<&'a Any<'py>>,
    pub(crate) pool: Option<&'a Any<'py>>,
    pub(crate) objective: Option<&'a Any<'py>>,
    pub(crate) body: Option<&'a Any<'py>>,
    pub(crate) content_type: Option<&'a Any<'py>>,
    pub(crate) prompt: Option<&'a Any<'py>>,
    pub(crate) prompt_tokens: Option<&'a Any<'py>>,
    pub(crate) tenant: Option<&'a Any<'py>>,
    pub(crate) subset: Option<&'a Any<'py>>,
    pub(crate) multimodal: Option<&'a Any<'py>>,
}

/// The arguments by their types, of a request that has any beside headers; most have none.
#[derive(Default)]
pub(crate) struct Asked<'py> {
    /// What `model` says, else what the body does.
    model: Option<Text<'py>>,
    path: Option<Text<'py>>,
    host: Option<Text<'py>>,
    method: Option<Text<'py>>,
    gateway: Option<Text<'py>>,
    client_namespace: Option<Text<'py>>,
    port: Option<u16>,
    pool: Option<Text<'py>>,
    objective: Option<Text<'py>>,
    /// Boxed, because most requests have none and all of this is moved.
    prompt: Option<Box<Held<'py>>>,
    prompt_tokens: u32,
    tenant: Option<Text<'py>>,
    subset: Option<Text<'py>>,
    multimodal: bool,
}

impl<'py> Given<'_, 'py> {
    /// Takes what is given into `asked`, which is none yet, where that stands: to move it costs as much as to check it. `runs_python`: whether the decision may
    /// run Python code.
    #[inline]
    pub(crate) fn check(&self, runs_python: bool, asked: &mut Option<Asked<'py>>) -> PyResult<()> {
        if self.is_nothing() { Ok(()) } else { self.check_each(runs_python, asked.insert(Asked::default())) }
    }

    /// Whether headers are all that is given.
    #[inline]
    fn is_nothing(&self) -> bool {
        let Self { model, host, path, method, gateway, client_namespace, port, .. } = *self;
        let Self {
            pool,
            objective,
            body,
            content_type,
            prompt,
            prompt_tokens,
            tenant,
            subset,
            multimodal,
            ..
        } = *self;
        let first = [model, host, path, method, gateway, client_namespace, port, pool];
        let second = [objective, body, content_type, prompt, prompt_tokens, tenant, subset, multimodal];
        first.iter().chain(&second).all(|given| given.is_none())
    }

    fn check_each(&self, runs_python: bool, asked: &mut Asked<'py>) -> PyResult<()> {
        asked.model = args::text("model", self.model)?.cloned();
        asked.host = args::text("host", self.host)?.cloned();
        asked.path = args::text("path", self.path)?.cloned();
        asked.method = args::text("method", self.method)?.cloned();
        asked.gateway = named("gateway", self.gateway)?;
        asked.client_namespace = args::text("client_namespace", self.client_namespace)?.cloned();
        asked.port = self.port.map(port).transpose()?;
        asked.pool = args::text("pool", self.pool)?.cloned();
        asked.objective = named("objective", self.objective)?;
        asked.prompt = self.prompt.map(|prompt| Held::take(prompt, runs_python).map(Box::new)).transpose()?;
        asked.prompt_tokens = self.prompt_tokens.map(prompt_tokens).transpose()?.unwrap_or_default();
        asked.tenant = args::text("tenant", self.tenant)?.cloned();
        asked.subset = self.subset.map(subset).transpose()?;
        asked.multimodal = self.multimodal.map(multimodal).transpose()?.unwrap_or_default();
        if let Some(port) = self.port
            && self.gateway.is_none()
            && self.client_namespace.is_none()
        {
            let message = "port is that of a listener or Service; name the gateway or client_namespace too";
            return Err(errors::request(port.py(), BAD_FORM, message));
        }
        if let (Some(_), Some(client)) = (self.gateway, self.client_namespace) {
            let message = "a request comes through a gateway or from a client_namespace, not both";
            return Err(errors::request(client.py(), BAD_FORM, message));
        }
        if let Some(body) = self.body
            && asked.model.is_none()
        {
            let content_type = args::text("content_type", self.content_type)?;
            let facts = facts_of(body, asked.path.as_ref(), content_type, self.prompt.is_none())?;
            asked.model = facts.model.map(|model| PyString::new(body.py(), &model));
            asked.multimodal |= facts.has_media && self.multimodal.is_none();
            if !facts.prompt.is_empty() {
                asked.prompt = Some(Box::new(Held::Copied(facts.prompt)));
            }
        }
        Ok(())
    }
}

impl<'py> Asked<'py> {
    /// The model that the client asked for, for what outlives the call.
    pub(crate) fn kept_model(&self) -> Option<Py<PyString>> {
        self.model.clone().map(Bound::unbind)
    }

    /// The path that the client asked for, for what outlives the call.
    pub(crate) fn kept_path(&self) -> Option<Py<PyString>> {
        self.path.clone().map(Bound::unbind)
    }

    /// The request with these headers.
    fn request<'r>(&'r self, headers: &'r dyn Headers) -> PyResult<Request<'r>> {
        let mut request = Request::new(headers);
        if let Some(model) = &self.model {
            request = request.model(chars("model", model)?);
        }
        if let Some(host) = &self.host {
            request = request.host(chars("host", host)?);
        }
        if let Some(path) = &self.path {
            request = request.path(chars("path", path)?);
        }
        if let Some(method) = &self.method {
            request = request.method(chars("method", method)?);
        }
        if let Some(gateway) = &self.gateway {
            request = request.gateway(chars("gateway", gateway)?, self.port);
        }
        if let Some(client) = &self.client_namespace {
            request = request.client_namespace(chars("client_namespace", client)?, self.port);
        }
        if let Some(pool) = &self.pool {
            request = request.pool(chars("pool", pool)?);
        }
        if let Some(objective) = &self.objective {
            request = request.objective(chars("objective", objective)?);
        }
        if let Some(prompt) = &self.prompt {
            request = request.prompt(prompt.prompt()?);
        }
        if self.prompt_tokens > 0 {
            request = request.prompt_tokens(self.prompt_tokens);
        }
        if let Some(tenant) = &self.tenant {
            request = request.tenant(chars("tenant", tenant)?);
        }
        if let Some(subset) = &self.subset {
            request = request.subset(chars("subset", subset)?);
        }
        Ok(request.multimodal(self.multimodal))
    }
}

/// The request with these headers and what is asked beside them.
#[inline]
pub(crate) fn request_of<'r>(
    asked: Option<&'r Asked<'_>>,
    headers: &'r dyn Headers,
) -> PyResult<Request<'r>> {
    asked.map_or_else(|| Ok(Request::new(headers)), |asked| asked.request(headers))
}

/// A request that a dict says: its headers as pairs, and its other arguments where it has any. Those in a box: most of many requests have none.
pub(crate) fn of_dict<'py>(
    said: &Any<'py>,
    runs_python: bool,
) -> PyResult<(Any<'py>, Option<Box<Asked<'py>>>)> {
    let Ok(dict) = said.cast::<PyDict>() else {
        return Err(wrong(said, "a request must be a dict of arguments of decide"));
    };
    // The usual case, which needs no room for the others.
    if dict.len() == 1
        && let Some(headers) = dict.get_item(pyo3::intern!(said.py(), "headers"))?
    {
        return Ok((pairs(headers)?, None));
    }
    let mut found: [Option<Any<'py>>; NAMES.len()] = [const { None }; NAMES.len()];
    let mut headers = None;
    for (name, value) in dict {
        let name = name.cast::<PyString>().map_err(|_| wrong(&name, "a name in a request must be str"))?;
        let name = chars("a name in a request", name)?;
        if name == "headers" {
            headers = Some(value);
            continue;
        }
        let place = NAMES.iter().position(|known| *known == name).and_then(|at| found.get_mut(at));
        let Some(place) = place else {
            let message = format!("a request has no `{name}`; there are headers, {}", NAMES.join(", "));
            return Err(errors::request(value.py(), BAD_FORM, &message));
        };
        *place = Some(value).filter(|value| !value.is_none());
    }
    let [
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
    ] = &found;
    let given = Given {
        model: model.as_ref(),
        host: host.as_ref(),
        path: path.as_ref(),
        method: method.as_ref(),
        gateway: gateway.as_ref(),
        client_namespace: client_namespace.as_ref(),
        port: port.as_ref(),
        pool: pool.as_ref(),
        objective: objective.as_ref(),
        body: body.as_ref(),
        content_type: content_type.as_ref(),
        prompt: prompt.as_ref(),
        prompt_tokens: prompt_tokens.as_ref(),
        tenant: tenant.as_ref(),
        subset: subset.as_ref(),
        multimodal: multimodal.as_ref(),
    };
    let headers = headers.unwrap_or_else(|| said.py().None().into_bound(said.py()));
    let mut asked = Box::<Asked<'py>>::default();
    given.check_each(runs_python, &mut asked)?;
    Ok((pairs(headers)?, Some(asked)))
}

/// The arguments of a request beside its headers, in the order in which `of_dict` takes them apart.
const NAMES: [&str; 16] = [
    "model",
    "host",
    "path",
    "method",
    "gateway",
    "client_namespace",
    "port",
    "pool",
    "objective",
    "body",
    "content_type",
    "prompt",
    "prompt_tokens",
    "tenant",
    "subset",
    "multimodal",
];

fn multimodal(value: &Any<'_>) -> PyResult<bool> {
    let flag = value.cast::<PyBool>().map_err(|_| wrong(value, "multimodal must be True, False or None"))?;
    Ok(flag.is_true())
}

fn prompt_tokens(value: &Any<'_>) -> PyResult<u32> {
    if !value.is_instance_of::<PyInt>() {
        return Err(wrong(value, "prompt_tokens must be int or None"));
    }
    value
        .extract::<u32>()
        .map_err(|_| errors::request(value.py(), OUT_OF_RANGE, "prompt_tokens goes from 0 to 2**32 - 1"))
}

/// Addresses as one text with commas, or as a list or tuple of texts.
fn subset<'py>(value: &Any<'py>) -> PyResult<Text<'py>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.clone());
    }
    let expected = "subset must be addresses separated by commas, a list or tuple of addresses, or None";
    let is_list = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    let addresses = if is_list { value.extract::<Vec<String>>().ok() } else { None };
    let addresses = addresses.ok_or_else(|| wrong(value, expected))?;
    Ok(PyString::new(value.py(), &addresses.join(",")))
}

/// Argument `name`, which names an object as `namespace/name`.
fn named<'py>(name: &str, value: Option<&Any<'py>>) -> PyResult<Option<Text<'py>>> {
    let Some(text) = args::text(name, value)? else { return Ok(None) };
    match chars(name, text)?.split_once('/') {
        Some((space, object)) if !space.is_empty() && !object.is_empty() && !object.contains('/') => {
            Ok(Some(text.clone()))
        }
        _ => {
            let message = format!("{name} must be `namespace/name`");
            Err(errors::request(text.py(), BAD_FORM, &message))
        }
    }
}

fn port(value: &Any<'_>) -> PyResult<u16> {
    if !value.is_instance_of::<PyInt>() {
        return Err(wrong(value, "port must be int or None"));
    }
    match value.extract::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(errors::request(value.py(), OUT_OF_RANGE, "port goes from 1 to 65535")),
    }
}

/// What is read of a body.
struct Facts {
    model: Option<String>,
    /// Whether it has images, audio or video in it.
    has_media: bool,
    /// Empty where there is none or nobody wants it.
    prompt: Vec<u8>,
}

#[cold]
fn facts_of<'py>(
    body: &Any<'py>,
    path: Option<&Text<'py>>,
    content_type: Option<&Text<'py>>,
    wants_prompt: bool,
) -> PyResult<Facts> {
    let path = path.map_or(Ok("/"), |path| chars("path", path))?;
    let content_type = content_type.map(|text| chars("content_type", text)).transpose()?;
    let facts = with_body(body, |bytes| {
        let body = Body::read(bytes, BodyFormat::of(path, content_type), &BodyLimits::default());
        body.map(|body| {
            let mut prompt = Vec::new();
            if wants_prompt {
                _ = body.prompt_bytes(|chunk| {
                    prompt.extend_from_slice(chunk);
                    ControlFlow::<()>::Continue(())
                });
            }
            Facts { model: body.model().map(str::to_owned), has_media: body.has_media(), prompt }
        })
    })?;
    facts.map_err(|error| errors::body(body.py(), &error))
}

/// Gives `read` the bytes of a body in one of the shapes that Python has them in.
pub(crate) fn with_body<R>(body: &Any<'_>, read: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
    Ok(if let Ok(bytes) = body.cast::<PyBytes>() {
        read(bytes.as_bytes())
    } else if let Ok(text) = body.cast::<PyString>() {
        read(chars("body", text)?.as_bytes())
    } else if let Ok(array) = body.cast::<PyByteArray>() {
        // Copied: other threads may write to it.
        read(&array.to_vec())
    } else if body.is_instance_of::<PyMemoryView>() {
        read(body.call_method0("tobytes")?.cast::<PyBytes>()?.as_bytes())
    } else {
        return Err(wrong(body, "body must be bytes, bytearray, memoryview, str or None"));
    })
}

fn wrong(value: &Any<'_>, expected: &str) -> PyErr {
    let message = format!("{expected}, not {}", type_name(value));
    errors::request(value.py(), WRONG_TYPE, &message)
}
