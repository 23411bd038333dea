//! The arguments of a call that describe a request, checked where they enter.

use inferroute::{Body, BodyFormat, BodyLimits, Request};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyInt, PyMemoryView, PyString};

use crate::args::{self, chars};
use crate::errors::{self, BAD_FORM, OUT_OF_RANGE, WRONG_TYPE, type_name};
use crate::headers::PlanHeaders;

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
    pub(crate) objective: Option<&'a Any<'py>>,
    pub(crate) body: Option<&'a Any<'py>>,
    pub(crate) content_type: Option<&'a Any<'py>>,
}

/// The arguments by their types.
pub(crate) struct Asked<'py> {
    /// What `model` says, else what the body does.
    pub(crate) model: Option<Text<'py>>,
    pub(crate) path: Option<Text<'py>>,
    host: Option<Text<'py>>,
    method: Option<Text<'py>>,
    gateway: Option<Text<'py>>,
    client_namespace: Option<Text<'py>>,
    port: Option<u16>,
    objective: Option<Text<'py>>,
}

impl<'py> Given<'_, 'py> {
    #[inline]
    pub(crate) fn check(&self) -> PyResult<Asked<'py>> {
        let mut asked = Asked {
            model: args::text("model", self.model)?.cloned(),
            host: args::text("host", self.host)?.cloned(),
            path: args::text("path", self.path)?.cloned(),
            method: args::text("method", self.method)?.cloned(),
            gateway: named("gateway", self.gateway)?,
            client_namespace: args::text("client_namespace", self.client_namespace)?.cloned(),
            port: self.port.map(port).transpose()?,
            objective: named("objective", self.objective)?,
        };
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
            asked.model = model_of(body, asked.path.as_ref(), content_type)?;
        }
        Ok(asked)
    }
}

impl Asked<'_> {
    /// The request with these headers.
    #[inline]
    pub(crate) fn request<'r>(&'r self, headers: &'r PlanHeaders<'_, '_>) -> PyResult<Request<'r>> {
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
        if let Some(objective) = &self.objective {
            request = request.objective(chars("objective", objective)?);
        }
        Ok(request)
    }
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

/// The model that a body asks for.
#[cold]
fn model_of<'py>(
    body: &Any<'py>,
    path: Option<&Text<'py>>,
    content_type: Option<&Text<'py>>,
) -> PyResult<Option<Text<'py>>> {
    let path = path.map_or(Ok("/"), |path| chars("path", path))?;
    let content_type = content_type.map(|text| chars("content_type", text)).transpose()?;
    let read = |bytes: &[u8]| {
        let body = Body::read(bytes, BodyFormat::of(path, content_type), &BodyLimits::default());
        body.map(|body| body.model().map(str::to_owned))
    };
    let py = body.py();
    let model = if let Ok(bytes) = body.cast::<PyBytes>() {
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
    };
    let model =
        model.map_err(|error| errors::request(py, error.code().as_str(), &format!("the body, {error}")))?;
    Ok(model.map(|model| PyString::new(py, &model)))
}

fn wrong(value: &Any<'_>, expected: &str) -> PyErr {
    let message = format!("{expected}, not {}", type_name(value));
    errors::request(value.py(), WRONG_TYPE, &message)
}
