//! A document as an object of a kind, with what messages about it need.

use super::diagnostic::{Code, Diagnostic, File, Position};
use super::dialect::{ENDPOINT_PICKER, Kind};
use super::endpoint_picker_config::ConfigSource;
use super::meta::{Object, ObjectMeta, TypeMeta};
use super::node::{Node, Value};
use super::typed::{Misfit, typed};
use super::{
    AiRouteSpec, BackendSpec, EnvoyBackendSpec, GatewaySpec, GrantSpec, GrpcMatchWire, HttpMatchWire,
    ListenerSetSpec, ModelSpec, ObjectiveSpec, PoolSpec, RewriteSpec, RouteFilterSpec, RouteSpec,
    ServiceSpec, embedded, read,
};
use serde::de::IgnoredAny;

/// One object that is read, the tree it came from and the file it stood in.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) body: Body,
    node: Node,
    file: File,
    api_version: String,
    /// The API server would refuse the object, so its values are not checked a second time.
    pub(crate) is_refused: bool,
}

/// An object that takes no part in a decision, or could not be read.
#[derive(Debug)]
pub(crate) struct Other {
    node: Node,
    file: File,
    meta: Option<TypeMeta>,
    pub(crate) problem: Option<Diagnostic>,
}

/// What the API server would say against an object.
fn admit(node: &Node, file: &File, api_version: &str, kind: &str) -> Vec<Diagnostic> {
    let refused = crate::admission::check(node, api_version, kind).into_iter().map(|violation| {
        let message = match violation.path.as_str() {
            "" => violation.message,
            path => format!("{path}: {}", violation.message),
        };
        let at = node.locate(&violation.path);
        let help = "the Kubernetes API server refuses this object; correct the field".to_owned();
        diagnostic(Code::Refused, at, file, message, help, object_text(node), violation.path)
    });
    refused.collect()
}

impl Source {
    /// What the API server would say against the object.
    pub(crate) fn admit(&self) -> Vec<Diagnostic> {
        admit(&self.node, &self.file, &self.api_version, self.kind().as_str())
    }
}

impl Other {
    /// What the API server would say against the object.
    pub(crate) fn admit(&self) -> Vec<Diagnostic> {
        let meta = self.meta.as_ref();
        meta.map(|meta| admit(&self.node, &self.file, &meta.api_version, &meta.kind)).unwrap_or_default()
    }
}

/// The kinds with their specs.
#[derive(Debug)]
pub(crate) enum Body {
    AiRoute(Object<AiRouteSpec>),
    HttpRoute(Object<RouteSpec<HttpMatchWire>>),
    GrpcRoute(Object<RouteSpec<GrpcMatchWire>>),
    Gateway(Object<GatewaySpec>),
    ListenerSet(Object<ListenerSetSpec>),
    Backend(Object<BackendSpec>),
    Pool(Object<PoolSpec>),
    Model(Object<ModelSpec>),
    Objective(Object<ObjectiveSpec>),
    Rewrite(Object<RewriteSpec>),
    Grant(Object<GrantSpec>),
    EnvoyBackend(Object<EnvoyBackendSpec>),
    RouteFilter(Object<RouteFilterSpec>),
    Service(Object<Option<ServiceSpec>>),
    /// Namespace and InferencePoolImport: that they exist, and their labels.
    Plain(Kind, Object<Option<IgnoredAny>>),
}

impl Source {
    pub(crate) fn kind(&self) -> Kind {
        match &self.body {
            Body::AiRoute(_) => Kind::AIGatewayRoute,
            Body::HttpRoute(_) => Kind::HTTPRoute,
            Body::GrpcRoute(_) => Kind::GRPCRoute,
            Body::Gateway(_) => Kind::Gateway,
            Body::ListenerSet(_) => Kind::ListenerSet,
            Body::EnvoyBackend(_) => Kind::Backend,
            Body::RouteFilter(_) => Kind::HTTPRouteFilter,
            Body::Service(_) => Kind::Service,
            Body::Plain(kind, _) => *kind,
            Body::Backend(_) => Kind::AIServiceBackend,
            Body::Pool(_) => Kind::InferencePool,
            Body::Model(_) => Kind::InferenceModel,
            Body::Objective(_) => Kind::InferenceObjective,
            Body::Rewrite(_) => Kind::InferenceModelRewrite,
            Body::Grant(_) => Kind::ReferenceGrant,
        }
    }

    pub(crate) fn meta(&self) -> &ObjectMeta {
        match &self.body {
            Body::AiRoute(object) => &object.metadata,
            Body::HttpRoute(object) => &object.metadata,
            Body::GrpcRoute(object) => &object.metadata,
            Body::Gateway(object) => &object.metadata,
            Body::ListenerSet(object) => &object.metadata,
            Body::EnvoyBackend(object) => &object.metadata,
            Body::RouteFilter(object) => &object.metadata,
            Body::Service(object) => &object.metadata,
            Body::Plain(_, object) => &object.metadata,
            Body::Backend(object) => &object.metadata,
            Body::Pool(object) => &object.metadata,
            Body::Model(object) => &object.metadata,
            Body::Objective(object) => &object.metadata,
            Body::Rewrite(object) => &object.metadata,
            Body::Grant(object) => &object.metadata,
        }
    }

    pub(crate) fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// A message about the field at `path`, placed where that field stands in the text.
    pub(crate) fn diagnostic(&self, code: Code, path: &str, message: String, help: String) -> Diagnostic {
        let object = object_text(&self.node);
        diagnostic(code, self.node.locate(path), &self.file, message, help, object, path.to_owned())
    }
}

/// Where the objects of texts are collected.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) sources: Vec<Source>,
    pub(crate) others: Vec<Other>,
    /// EndpointPickerConfigs, by themselves or in ConfigMaps.
    pub(crate) configs: Vec<ConfigSource>,
    /// What is wrong with the texts themselves.
    pub(crate) problems: Vec<Diagnostic>,
}

impl Collected {
    /// Reads all documents of a text; what cannot be read becomes a problem.
    pub(crate) fn read(&mut self, file: &File, text: &str) {
        let (documents, flaws) = read::documents(text);
        self.add_flaws(flaws, file);
        for document in documents {
            let is_list = document.get("kind").and_then(Node::text) == Some("List");
            match document.get("items") {
                Some(items) if is_list => {
                    items.items().iter().for_each(|item| self.add(item.clone(), file, text));
                }
                _ => self.add(document, file, text),
            }
        }
    }

    /// Reads a text of which one document is an EndpointPickerConfig; that there is none is a problem.
    pub(crate) fn read_config(&mut self, file: &File, text: &str) {
        self.read(file, text);
        if !self.is_empty() && self.configs.is_empty() && self.problems.is_empty() {
            let at = Position { line: 1, column: 1 };
            let message = format!("there is no {ENDPOINT_PICKER_CONFIG} in this text");
            let help = format!("begin it with kind: {ENDPOINT_PICKER_CONFIG} and its apiVersion");
            let nowhere = String::new();
            self.problems.push(diagnostic(
                Code::NotOneConfig,
                at,
                file,
                message,
                help,
                nowhere.clone(),
                nowhere,
            ));
        }
    }

    /// Whether nothing was read, not even something wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty()
            && self.others.is_empty()
            && self.configs.is_empty()
            && self.problems.is_empty()
    }

    fn add_flaws(&mut self, flaws: Vec<read::Flaw>, file: &File) {
        self.problems.extend(flaws.into_iter().map(|flaw| {
            let help = flaw.help.to_owned();
            diagnostic(flaw.code, flaw.at, file, flaw.message, help, String::new(), String::new())
        }));
    }

    fn add(&mut self, node: Node, file: &File, text: &str) {
        if matches!(node.value, Value::Null) {
            return;
        }
        if is_endpoint_picker_config(&node) {
            return self.add_config(node, file, String::new());
        }
        let file = file.clone();
        let meta: TypeMeta = match typed(&node) {
            Ok(meta) => meta,
            Err(misfit) => {
                let problem = Some(refusal(&node, &file, misfit));
                return self.others.push(Other { node, file, meta: None, problem });
            }
        };
        if meta.kind == "ConfigMap" && meta.group().is_empty() {
            let (configs, flaws) = embedded::configs(&node, text);
            self.add_flaws(flaws, &file);
            let place = format!(" in {}", object_text(&node));
            configs.into_iter().for_each(|config| self.add_config(config, &file, place.clone()));
        }
        match body(&node, &meta, &file) {
            Ok(Some(body)) => {
                self.sources.push(Source {
                    body,
                    node,
                    file,
                    api_version: meta.api_version,
                    is_refused: false,
                });
            }
            Ok(None) => self.others.push(Other { node, file, meta: Some(meta), problem: None }),
            Err(problem) => self.others.push(Other { node, file, meta: Some(meta), problem: Some(*problem) }),
        }
    }

    fn add_config(&mut self, node: Node, file: &File, place: String) {
        let object = format!("{ENDPOINT_PICKER_CONFIG}{place}");
        let api_version = node.get("apiVersion").and_then(Node::text).unwrap_or_default().to_owned();
        if ENDPOINT_PICKER.contains(&api_version.as_str()) {
            return self.configs.push(ConfigSource { node, file: file.clone(), object, api_version });
        }
        let at = node.locate("apiVersion");
        let message = format!("`{api_version}` does not define {ENDPOINT_PICKER_CONFIG}");
        let help = format!("write apiVersion: {}", ENDPOINT_PICKER.first().copied().unwrap_or_default());
        let field = "apiVersion".to_owned();
        self.problems.push(diagnostic(Code::UnknownGroup, at, file, message, help, object, field));
    }
}

/// The name of the kind, which is no object of the API server and has no metadata.
const ENDPOINT_PICKER_CONFIG: &str = "EndpointPickerConfig";

/// Whether a document is of the kind, whatever else is wrong with it.
pub(super) fn is_endpoint_picker_config(node: &Node) -> bool {
    node.get("kind").and_then(Node::text) == Some(ENDPOINT_PICKER_CONFIG)
}

fn refusal(node: &Node, file: &File, misfit: Misfit) -> Diagnostic {
    let at = misfit.at.unwrap_or(node.at);
    let help = help(misfit.code, &misfit.path);
    diagnostic(misfit.code, at, file, misfit.message, help, object_text(node), misfit.path)
}

/// The kind's own part of a document, `None` for a kind that is passed over.
fn body(node: &Node, meta: &TypeMeta, file: &File) -> Result<Option<Body>, Box<Diagnostic>> {
    let Some(kind) = Kind::parse(&meta.kind) else { return Ok(None) };
    if !kind.groups().contains(&meta.group()) {
        if kind.is_common_name() {
            return Ok(None);
        }
        let at = node.locate("apiVersion");
        let message = format!("`{}` does not define {}", meta.api_version, meta.kind);
        let help = format!(
            "write apiVersion: {}/… with the version your cluster serves",
            kind.groups().join("/… or ")
        );
        let (object, field) = (object_text(node), "apiVersion".to_owned());
        return Err(Box::new(diagnostic(Code::UnknownGroup, at, file, message, help, object, field)));
    }
    let body = match kind {
        Kind::AIGatewayRoute => typed(node).map(Body::AiRoute),
        Kind::HTTPRoute => typed(node).map(Body::HttpRoute),
        Kind::GRPCRoute => typed(node).map(Body::GrpcRoute),
        Kind::Gateway => typed(node).map(Body::Gateway),
        Kind::ListenerSet => typed(node).map(Body::ListenerSet),
        Kind::AIServiceBackend => typed(node).map(Body::Backend),
        Kind::InferencePool => typed(node).map(Body::Pool),
        Kind::InferenceModel => typed(node).map(Body::Model),
        Kind::InferenceObjective => typed(node).map(Body::Objective),
        Kind::InferenceModelRewrite => typed(node).map(Body::Rewrite),
        Kind::ReferenceGrant => typed(node).map(Body::Grant),
        Kind::Backend => typed(node).map(Body::EnvoyBackend),
        Kind::HTTPRouteFilter => typed(node).map(Body::RouteFilter),
        Kind::Service => typed(node).map(Body::Service),
        Kind::Namespace | Kind::InferencePoolImport => typed(node).map(|object| Body::Plain(kind, object)),
    };
    body.map(Some).map_err(|misfit| Box::new(refusal(node, file, misfit)))
}

fn help(code: Code, path: &str) -> String {
    match code {
        Code::WrongType => format!(
            "correct the type of `{path}`; text that looks like a number or a truth value needs quotes"
        ),
        Code::MissingField if path.is_empty() => {
            "add the field; every object needs apiVersion, kind, metadata and spec".to_owned()
        }
        Code::MissingField => format!("add the field under `{path}`"),
        _ => format!("correct the value of `{path}`"),
    }
}

/// `Kind namespace/name`, as far as the document says it.
fn object_text(node: &Node) -> String {
    let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let Some(kind) = text(node.get("kind")) else { return String::new() };
    let meta = node.get("metadata");
    let name = text(meta.and_then(|meta| meta.get("name"))).unwrap_or_default();
    match text(meta.and_then(|meta| meta.get("namespace"))) {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

pub(super) fn diagnostic(
    code: Code,
    at: Position,
    file: &File,
    message: String,
    help: String,
    object: String,
    field: String,
) -> Diagnostic {
    let (line, column) = (at.line, at.column);
    Diagnostic {
        code,
        severity: code.severity(),
        message,
        help,
        file: file.clone(),
        line,
        column,
        object,
        field,
    }
}
