//! A document as an object of a kind, with what messages about it need.

use super::code::Code;
use super::diagnostic::{Diagnostic, File, Position};
use super::dialect::Kind;
use super::meta::{Object, ObjectMeta, TypeMeta};
use super::node::Node;
use super::{
    AiRouteSpec, BackendSpec, EnvoyBackendSpec, GatewaySpec, GrantSpec, GrpcMatchWire, HttpMatchWire,
    ListenerSetSpec, ModelSpec, ObjectiveSpec, PoolSpec, RewriteSpec, RouteFilterSpec, RouteSpec,
    ServiceSpec,
};
use serde::de::IgnoredAny;

/// One object that is read, the tree it came from and the file it stood in.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) body: Body,
    pub(super) node: Node,
    pub(super) file: File,
    pub(super) api_version: String,
    /// The API server would refuse the object, so its values are not checked a second time.
    pub(crate) is_refused: bool,
}

/// An object that takes no part in a decision, or could not be read.
#[derive(Debug)]
pub(crate) struct Other {
    pub(super) node: Node,
    pub(super) file: File,
    pub(super) meta: Option<TypeMeta>,
    pub(crate) problems: Vec<Diagnostic>,
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

/// `Kind namespace/name`, as far as the document says it.
pub(super) fn object_text(node: &Node) -> String {
    let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let Some(kind) = text(node.get("kind")) else { return String::new() };
    let meta = node.get("metadata");
    let name = text(meta.and_then(|meta| meta.get("name"))).unwrap_or_default();
    match text(meta.and_then(|meta| meta.get("namespace"))) {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}").trim_end().to_owned(),
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
    let Position { line, column, end: end_column } = at;
    Diagnostic {
        code,
        severity: code.severity(),
        message,
        help,
        file: file.clone(),
        line,
        column,
        end_column,
        object,
        field,
    }
}
