//! A document as an object of a kind, with what messages about it need.

use super::diagnostic::{Code, Diagnostic, File, Position};
use super::dialect::Kind;
use super::meta::{Object, ObjectMeta, TypeMeta};
use super::node::Node;
use super::typed::{Misfit, typed};
use super::{
    AiRouteSpec, BackendSpec, GatewaySpec, GrantSpec, GrpcMatchWire, HttpMatchWire, ModelSpec, PoolSpec,
    RouteSpec, read,
};
use serde::de::IgnoredAny;

/// One object that is read, the tree it came from and the file it stood in.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) body: Body,
    node: Node,
    file: File,
    group: String,
}

/// The kinds with their specs.
#[derive(Debug)]
pub(crate) enum Body {
    AiRoute(Object<AiRouteSpec>),
    HttpRoute(Object<RouteSpec<HttpMatchWire>>),
    GrpcRoute(Object<RouteSpec<GrpcMatchWire>>),
    Gateway(Object<GatewaySpec>),
    Backend(Object<BackendSpec>),
    Pool(Object<PoolSpec>),
    Model(Object<ModelSpec>),
    Grant(Object<GrantSpec>),
    /// Service, Namespace and Backend: that they exist, and their labels.
    Plain(Kind, Object<Option<IgnoredAny>>),
}

impl Source {
    pub(crate) fn kind(&self) -> Kind {
        match &self.body {
            Body::AiRoute(_) => Kind::AIGatewayRoute,
            Body::HttpRoute(_) => Kind::HTTPRoute,
            Body::GrpcRoute(_) => Kind::GRPCRoute,
            Body::Gateway(_) => Kind::Gateway,
            Body::Plain(kind, _) => *kind,
            Body::Backend(_) => Kind::AIServiceBackend,
            Body::Pool(_) => Kind::InferencePool,
            Body::Model(_) => Kind::InferenceModel,
            Body::Grant(_) => Kind::ReferenceGrant,
        }
    }

    pub(crate) fn meta(&self) -> &ObjectMeta {
        match &self.body {
            Body::AiRoute(object) => &object.metadata,
            Body::HttpRoute(object) => &object.metadata,
            Body::GrpcRoute(object) => &object.metadata,
            Body::Gateway(object) => &object.metadata,
            Body::Plain(_, object) => &object.metadata,
            Body::Backend(object) => &object.metadata,
            Body::Pool(object) => &object.metadata,
            Body::Model(object) => &object.metadata,
            Body::Grant(object) => &object.metadata,
        }
    }

    pub(crate) fn group(&self) -> &str {
        &self.group
    }

    /// A message about the field at `path`, placed where that field stands in the text.
    pub(crate) fn diagnostic(&self, code: Code, path: &str, message: String, help: String) -> Diagnostic {
        let object = object_text(&self.node);
        diagnostic(code, self.node.locate(path), &self.file, message, help, object, path.to_owned())
    }
}

/// Reads all documents of a text; what cannot be read becomes a problem.
pub(crate) fn read(file: File, text: &str, sources: &mut Vec<Source>, problems: &mut Vec<Diagnostic>) {
    let (documents, flaws) = read::documents(text);
    for flaw in flaws {
        problems.push(diagnostic(
            flaw.code,
            flaw.at,
            &file,
            flaw.message,
            flaw.help.to_owned(),
            String::new(),
            String::new(),
        ));
    }
    for document in documents {
        let is_list = document.get("kind").and_then(Node::text) == Some("List");
        let objects = match document.get("items") {
            Some(items) if is_list => items.items().to_vec(),
            _ => vec![document],
        };
        for node in objects {
            match object(node, &file) {
                Ok(source) => sources.extend(source),
                Err(problem) => problems.push(*problem),
            }
        }
    }
}

/// The object of a document, `None` for an empty document or a kind that is passed over.
fn object(node: Node, file: &File) -> Result<Option<Source>, Box<Diagnostic>> {
    if matches!(node.value, super::node::Value::Null) {
        return Ok(None);
    }
    let refuse = |misfit: Misfit| {
        let at = misfit.at.unwrap_or(node.at);
        let help = help(misfit.code, &misfit.path);
        Box::new(diagnostic(misfit.code, at, file, misfit.message, help, object_text(&node), misfit.path))
    };
    let meta: TypeMeta = typed(&node).map_err(refuse)?;
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
        return Err(Box::new(diagnostic(
            Code::UnknownGroup,
            at,
            file,
            message,
            help,
            object_text(&node),
            "apiVersion".into(),
        )));
    }
    let body = match kind {
        Kind::AIGatewayRoute => typed(&node).map(Body::AiRoute),
        Kind::HTTPRoute => typed(&node).map(Body::HttpRoute),
        Kind::GRPCRoute => typed(&node).map(Body::GrpcRoute),
        Kind::Gateway => typed(&node).map(Body::Gateway),
        Kind::AIServiceBackend => typed(&node).map(Body::Backend),
        Kind::InferencePool => typed(&node).map(Body::Pool),
        Kind::InferenceModel => typed(&node).map(Body::Model),
        Kind::ReferenceGrant => typed(&node).map(Body::Grant),
        Kind::Service | Kind::Namespace | Kind::Backend => {
            typed(&node).map(|object| Body::Plain(kind, object))
        }
    };
    let body = body.map_err(refuse)?;
    let group = meta.group().to_owned();
    Ok(Some(Source { body, node, file: file.clone(), group }))
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

fn diagnostic(
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
