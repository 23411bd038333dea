//! From texts to objects: what is read, what is passed over, and all that keeps an object from being read.

use super::code::Code;
use super::diagnostic::{Diagnostic, File, Position};
use super::dialect::{ENDPOINT_PICKER, Kind};
use super::embedded;
use super::endpoint_picker_config::ConfigSource;
use super::meta::TypeMeta;
use super::misfit::Misfit;
use super::node::{Node, NodeId, Value};
use super::read;
use super::source::{Body, Other, Source, diagnostic, object_text};
use super::typed::{Reading, typed};
use crate::nearest::with_nearest;

/// Where the objects of texts are collected.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) sources: Vec<Source>,
    pub(crate) others: Vec<Other>,
    /// EndpointPickerConfigs, by themselves or in ConfigMaps.
    pub(crate) configs: Vec<ConfigSource>,
    /// What is wrong with the texts themselves.
    pub(crate) problems: Vec<Diagnostic>,
    /// What is passed over and may not be meant to be.
    pub(crate) warnings: Vec<Diagnostic>,
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
                    items.items().iter().for_each(|item| self.add(item.clone(), file, text))
                }
                _ => self.add(document, file, text),
            }
        }
    }

    /// Reads a text of which one document is an EndpointPickerConfig; that there is none is a problem.
    pub(crate) fn read_config(&mut self, file: &File, text: &str) {
        self.read(file, text);
        if !self.is_empty() && self.configs.is_empty() && self.problems.is_empty() {
            let at = Position { line: 1, column: 1, end: 2 };
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

    fn add_config(&mut self, node: Node, file: &File, key: Option<String>, place: String) {
        let object = format!("{ENDPOINT_PICKER_CONFIG}{place}");
        let api_version = node.get("apiVersion").and_then(Node::text).unwrap_or_default().to_owned();
        if ENDPOINT_PICKER.contains(&api_version.as_str()) {
            return self.configs.push(ConfigSource { node, file: file.clone(), key, object, api_version });
        }
        let at = node.locate("apiVersion");
        let message = format!("`{api_version}` does not define {ENDPOINT_PICKER_CONFIG}");
        let help = format!("write apiVersion: {}", ENDPOINT_PICKER.first().copied().unwrap_or_default());
        let field = "apiVersion".to_owned();
        self.problems.push(diagnostic(Code::UnknownGroup, at, file, message, help, object, field));
    }

    fn add(&mut self, node: Node, file: &File, text: &str) {
        if matches!(node.value, Value::Null) {
            return;
        }
        if is_endpoint_picker_config(&node) {
            return self.add_config(node, file, None, String::new());
        }
        let file = file.clone();
        let meta: TypeMeta = match typed(&node).value {
            Ok(meta) => meta,
            Err(misfits) => {
                let problems = refusals(&node, &file, misfits);
                return self.others.push(Other { node, file, meta: None, problems });
            }
        };
        if meta.kind == "ConfigMap" && meta.group().is_empty() {
            let (configs, flaws) = embedded::configs(&node, text);
            self.add_flaws(flaws, &file);
            let place = format!(" in {}", object_text(&node));
            for (key, config) in configs {
                self.add_config(config, &file, Some(key), place.clone());
            }
        }
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

/// The name of the kind, which is no object of the API server and has no metadata.
const ENDPOINT_PICKER_CONFIG: &str = "EndpointPickerConfig";

/// Whether a document is of the kind, whatever else is wrong with it.
pub(super) fn is_endpoint_picker_config(node: &Node) -> bool {
    node.get("kind").and_then(Node::text) == Some(ENDPOINT_PICKER_CONFIG)
}

fn refusals(node: &Node, file: &File, misfits: Vec<Misfit>) -> Vec<Diagnostic> {
    let refused = misfits.into_iter().map(|misfit| {
        let at = misfit.at.map_or(node.at, |(_, at)| at);
        let is_unquoted = misfit.is_unquoted();
        let help = match misfit.help {
            Some(help) => help.into(),
            None => help(misfit.code, &misfit.path, is_unquoted),
        };
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
        Kind::HTTPRouteFilter => reader.read(Body::RouteFilter),
        Kind::Service => reader.read(Body::Service),
        Kind::Namespace | Kind::InferencePoolImport => reader.read(|object| Body::Plain(kind, object)),
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

fn help(code: Code, path: &str, is_unquoted: bool) -> String {
    match code {
        Code::WrongType if is_unquoted => format!("put the value of `{path}` in quotes"),
        Code::WrongType => format!("correct the type of `{path}`"),
        Code::MissingField if path.is_empty() => {
            "add the field; every object needs apiVersion, kind, metadata and spec".to_owned()
        }
        Code::MissingField => format!("add the field under `{path}`"),
        _ => format!("correct the value of `{path}`"),
    }
}
