//! A document as an object of a kind, with what messages about it need.

use super::code::Code;
use super::diagnostic::{Diagnostic, File, Position};
use super::dialect::Kind;
use super::meta::{Object, ObjectMeta, TypeMeta};
use super::misfit::Misfit;
use super::node::{Node, NodeId, Value};
use super::typed::{Reading, typed};
use super::{
    AiRouteSpec, BackendSpec, EnvoyBackendSpec, GatewaySpec, GrantSpec, GrpcMatchWire, HttpMatchWire,
    ListenerSetSpec, ModelSpec, ObjectiveSpec, PoolSpec, RewriteSpec, RouteSpec, read,
};
use crate::nearest::with_nearest;
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
    /// Service and Namespace: that they exist, and their labels.
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
    /// What is wrong with the texts themselves.
    pub(crate) problems: Vec<Diagnostic>,
    /// What is passed over and may not be meant to be.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Collected {
    /// Reads all documents of a text; what cannot be read becomes a problem.
    pub(crate) fn read(&mut self, file: &File, text: &str) {
        let (documents, flaws) = read::documents(text);
        for flaw in flaws {
            let help = flaw.help.to_owned();
            self.problems.push(diagnostic(
                flaw.code,
                flaw.at,
                file,
                flaw.message,
                help,
                String::new(),
                String::new(),
            ));
        }
        for document in documents {
            let is_list = document.get("kind").and_then(Node::text) == Some("List");
            match document.get("items") {
                Some(items) if is_list => items.items().iter().for_each(|item| self.add(item.clone(), file)),
                _ => self.add(document, file),
            }
        }
    }

    fn add(&mut self, node: Node, file: &File) {
        if matches!(node.value, Value::Null) {
            return;
        }
        let file = file.clone();
        let meta: TypeMeta = match typed(&node).value {
            Ok(meta) => meta,
            Err(misfits) => {
                let problems = refusals(&node, &file, misfits);
                return self.others.push(Other { node, file, meta: None, problems });
            }
        };
        match body(&node, &meta, &file, &mut self.warnings) {
            Ok(Some(body)) => {
                self.sources.push(Source {
                    body,
                    node,
                    file,
                    api_version: meta.api_version,
                    is_refused: false,
                });
            }
            Ok(None) => self.others.push(Other { node, file, meta: Some(meta), problems: Vec::new() }),
            Err(problems) => self.others.push(Other { node, file, meta: Some(meta), problems }),
        }
    }
}

fn refusals(node: &Node, file: &File, misfits: Vec<Misfit>) -> Vec<Diagnostic> {
    let refused = misfits.into_iter().map(|misfit| {
        let at = misfit.at.map_or(node.at, |(_, at)| at);
        let help = misfit.help.unwrap_or_else(|| match misfit.code {
            Code::WrongType if misfit.message.ends_with("where a string is needed") => {
                format!("put the value of `{}` in quotes", misfit.path)
            }
            code => help(code, &misfit.path),
        });
        diagnostic(misfit.code, at, file, misfit.message, help, object_text(node), misfit.path)
    });
    refused.collect()
}

/// The kind's own part of a document, `None` for a kind that is passed over.
fn body(
    node: &Node,
    meta: &TypeMeta,
    file: &File,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Option<Body>, Vec<Diagnostic>> {
    let Some(kind) = Kind::parse(&meta.kind) else {
        warnings.extend(Kind::misspelled(&meta.kind, meta.group()).map(|kind| {
            let message = format!("objects of kind {} are passed over", meta.kind);
            let help = format!("did you mean `{}`?", kind.as_str());
            let (at, object) = (node.locate("kind"), object_text(node));
            diagnostic(Code::Misspelled, at, file, message, help, object, "kind".to_owned())
        }));
        return Ok(None);
    };
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
        let help = with_nearest(meta.group(), kind.groups().iter().copied(), &help);
        let (object, field) = (object_text(node), "apiVersion".to_owned());
        return Err(vec![diagnostic(Code::UnknownGroup, at, file, message, help, object, field)]);
    }
    let mut reader = BodyReader { node, file, warnings };
    let body = match kind {
        Kind::AIGatewayRoute => reader.read(Body::AiRoute),
        Kind::HTTPRoute => reader.read(Body::HttpRoute),
        Kind::GRPCRoute => reader.read(Body::GrpcRoute),
        Kind::Gateway => reader.read(Body::Gateway),
        Kind::ListenerSet => reader.read(Body::ListenerSet),
        Kind::AIServiceBackend => reader.read(Body::Backend),
        Kind::InferencePool => reader.read(Body::Pool),
        Kind::InferenceModel => reader.read(Body::Model),
        Kind::InferenceObjective => reader.read(Body::Objective),
        Kind::InferenceModelRewrite => reader.read(Body::Rewrite),
        Kind::ReferenceGrant => reader.read(Body::Grant),
        Kind::Backend => reader.read(Body::EnvoyBackend),
        Kind::Service | Kind::Namespace => reader.read(|object| Body::Plain(kind, object)),
    };
    body.map(Some)
}

/// Reads one object, whatever its kind.
struct BodyReader<'a> {
    node: &'a Node,
    file: &'a File,
    warnings: &'a mut Vec<Diagnostic>,
}

impl<'a> BodyReader<'a> {
    fn read<T: serde::Deserialize<'a>>(
        &mut self,
        body: impl FnOnce(T) -> Body,
    ) -> Result<Body, Vec<Diagnostic>> {
        let Reading { value, strays } = typed(self.node);
        self.warnings.extend(strays.iter().map(|stray| {
            let message = format!("field `{}` is passed over", stray.entry.key);
            let help = format!("did you mean `{}`?", stray.near);
            let path = self.node.path_to(NodeId::of(&stray.entry.value)).unwrap_or_default();
            let object = object_text(self.node);
            diagnostic(Code::Misspelled, stray.entry.at, self.file, message, help, object, path)
        }));
        value.map(body).map_err(|misfits| refusals(self.node, self.file, misfits))
    }
}

fn help(code: Code, path: &str) -> String {
    match code {
        Code::WrongType => format!("correct the type of `{path}`"),
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
        None => format!("{kind} {name}").trim_end().to_owned(),
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
