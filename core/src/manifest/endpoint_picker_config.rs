//! EndpointPickerConfig: how the endpoint picker of the Inference Extension and of llm-d chooses endpoints. It is no object of the API server: it
//! stands in a file of its own, or as text in a ConfigMap.
//!
//! Fields are those of llm-d-router, apix/config/v1alpha1; an unknown one is an error, as it is there.

use super::code::Code;
use super::diagnostic::{Diagnostic, File, Position};
use super::findings::{Finding, Findings};
use super::go;
use super::node::{Node, Value};
use super::section::{Case, Section};

/// A document of the kind, and where it stands.
#[derive(Debug)]
pub(crate) struct ConfigSource {
    pub(super) node: Node,
    pub(super) file: File,
    /// Under which key of a ConfigMap's data it stands; `None` for one that stands by itself.
    pub(crate) key: Option<String>,
    /// What messages call it.
    pub(super) object: String,
    pub(super) api_version: String,
}

/// The document as written.
pub(crate) struct EndpointPickerConfig<'a> {
    pub(crate) feature_gates: Vec<&'a str>,
    pub(crate) plugins: Vec<PluginWire<'a>>,
    pub(crate) profiles: Vec<ProfileWire<'a>>,
    pub(crate) data_layer: DataLayerWire<'a>,
    pub(crate) flow_control: FlowControlWire<'a>,
    /// `requestHandler.parsers`, or the deprecated `parser`.
    pub(crate) parsers: Vec<Reference<'a>>,
    /// `flowControl.saturationDetector`, or the deprecated `saturationDetector`.
    pub(crate) saturation_detector: Option<Reference<'a>>,
    /// The deprecated `saturationDetector`, which in the first releases held the thresholds themselves.
    pub(crate) thresholds: Section<'a>,
    /// Deprecated fields that are there, with what takes their place.
    pub(crate) deprecated: Vec<(&'static str, &'static str)>,
}

/// The name of a plugin, and the path of the field that holds it.
pub(crate) struct Reference<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: String,
}

pub(crate) struct PluginWire<'a> {
    /// Empty where the type shall be the name.
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) parameters: Section<'a>,
    pub(crate) path: String,
}

pub(crate) struct ProfileWire<'a> {
    pub(crate) name: &'a str,
    pub(crate) plugins: Vec<(Reference<'a>, Option<f64>)>,
    pub(crate) path: String,
}

#[derive(Default)]
pub(crate) struct DataLayerWire<'a> {
    pub(crate) inject_defaults: bool,
    pub(crate) sources: Vec<Reference<'a>>,
    pub(crate) extractors: Vec<Reference<'a>>,
    pub(crate) discovery: Option<Reference<'a>>,
    pub(crate) peer_discovery: Option<Reference<'a>>,
    pub(crate) syncer: Option<Reference<'a>>,
}

#[derive(Default)]
pub(crate) struct FlowControlWire<'a> {
    /// Whether it says anything beside the saturation detector.
    pub(crate) has_settings: bool,
    pub(crate) ordering: Vec<Reference<'a>>,
    pub(crate) fairness: Vec<Reference<'a>>,
    pub(crate) usage_limit: Option<Reference<'a>>,
    /// Paths of quantities below 0.
    pub(crate) negative: Vec<String>,
}

impl ConfigSource {
    /// The document, and what is wrong with its shape.
    pub(crate) fn read<'a>(&'a self, findings: &'a Findings) -> EndpointPickerConfig<'a> {
        EndpointPickerConfig::read(&Section::new(Some(&self.node), String::new(), Case::Counts, findings))
    }

    /// Whether the group is the one of the first releases.
    pub(crate) fn is_of_deprecated_group(&self) -> bool {
        self.api_version.starts_with("inference.")
    }

    /// A message about the field at a path, placed where that field stands in the text.
    pub(crate) fn diagnostic(&self, finding: Finding) -> Diagnostic {
        let Finding { code, path, message, help } = finding;
        super::source::diagnostic(
            code,
            self.node.locate(&path),
            &self.file,
            message,
            help,
            self.object.clone(),
            path,
        )
    }
}

/// That no document stands under the key that the options name.
pub(crate) fn none_under(key: &str) -> Diagnostic {
    let (nowhere, start) = (String::new(), Position { line: 1, column: 1, end: 2 });
    let file = File { order: 0, name: "options".into() };
    let message = format!("no ConfigMap has an EndpointPickerConfig under the key `{key}`");
    let help = "correct endpoint_picker_config_key, or add the ConfigMap to the manifests".to_owned();
    super::source::diagnostic(Code::NotOneConfig, start, &file, message, help, nowhere.clone(), nowhere)
}

impl<'a> EndpointPickerConfig<'a> {
    fn read(document: &Section<'a>) -> Self {
        for common in ["apiVersion", "kind"] {
            _ = document.text(common);
        }
        let feature_gates = document.texts("featureGates");
        let plugins = document.sections("plugins").into_iter().map(plugin).collect();
        let profiles = document.sections("schedulingProfiles").into_iter().map(profile).collect();
        let mut deprecated = Vec::new();
        let mut layer = document.section("dataLayer");
        let old_layer = document.section("data");
        if old_layer.is_there() {
            deprecated.push(("data", "dataLayer"));
        }
        if !layer.is_there() {
            layer = old_layer;
        }
        let data_layer = data_layer(&layer);
        let flow = document.section("flowControl");
        let (flow_control, own_detector) = flow_control(&flow);
        let handler = document.section("requestHandler");
        let parsers: Vec<_> = handler.sections("parsers").into_iter().map(|each| required(&each)).collect();
        handler.close();
        let old_detector = document.section("saturationDetector");
        let old_reference = reference(&old_detector, "pluginRef");
        if old_detector.is_there() {
            deprecated.push(("saturationDetector", "flowControl.saturationDetector"));
        }
        let old_parser = document.section("parser");
        let mut old_parsers = Vec::new();
        if old_parser.is_there() {
            deprecated.push(("parser", "requestHandler.parsers"));
            old_parsers.push(required(&old_parser));
        }
        document.close();
        Self {
            feature_gates,
            plugins,
            profiles,
            data_layer,
            flow_control,
            parsers: if parsers.is_empty() { old_parsers } else { parsers },
            saturation_detector: own_detector.or(old_reference),
            thresholds: old_detector,
            deprecated,
        }
    }
}

fn plugin(wire: Section<'_>) -> PluginWire<'_> {
    let plugin = PluginWire {
        name: wire.text("name").unwrap_or_default(),
        kind: wire.text("type").unwrap_or_default(),
        // Parameters are decoded by Go's own decoder, which does not tell the case of names apart.
        parameters: wire.section("parameters").of_any_case(),
        path: wire.at(""),
    };
    wire.close();
    plugin
}

fn profile(wire: Section<'_>) -> ProfileWire<'_> {
    let plugins = wire.sections("plugins").into_iter().map(|each| {
        let weight = each.number("weight");
        (required(&each), weight)
    });
    let plugins = plugins.collect();
    let profile = ProfileWire { name: wire.text("name").unwrap_or_default(), plugins, path: wire.at("") };
    wire.close();
    profile
}

/// A section with a `pluginRef`, which may be empty.
fn required<'a>(wire: &Section<'a>) -> Reference<'a> {
    let name = wire.text("pluginRef").unwrap_or_default();
    wire.close();
    Reference { name, path: wire.at("pluginRef") }
}

/// The same, where an empty one says nothing.
fn detector<'a>(wire: &Section<'a>) -> Option<Reference<'a>> {
    Some(required(wire)).filter(|reference| !reference.name.is_empty())
}

/// A field with the name of a plugin, where an empty one says nothing.
fn reference<'a>(wire: &Section<'a>, field: &'static str) -> Option<Reference<'a>> {
    Some(Reference { name: wire.name(field)?, path: wire.at(field) })
}

fn data_layer<'a>(wire: &Section<'a>) -> DataLayerWire<'a> {
    let mut extractors = Vec::new();
    let sources = wire.sections("sources").into_iter().map(|source| {
        extractors.extend(source.sections("extractors").iter().map(required));
        required(&source)
    });
    let sources = sources.collect();
    let place = |field: &'static str| {
        let section = wire.section(field);
        section.is_there().then(|| required(&section))
    };
    let data_layer = DataLayerWire {
        inject_defaults: wire.flag("injectDefaults").unwrap_or(true),
        sources,
        extractors,
        discovery: place("discovery"),
        peer_discovery: place("peerDiscovery"),
        syncer: reference(wire, "crossReplicaSyncerPluginRef"),
    };
    _ = wire.span("crossReplicaSyncInterval");
    wire.close();
    data_layer
}

fn flow_control<'a>(wire: &Section<'a>) -> (FlowControlWire<'a>, Option<Reference<'a>>) {
    let mut flow = FlowControlWire::default();
    let detector = detector(&wire.section("saturationDetector"));
    let settings = [
        "maxBytes",
        "maxRequests",
        "defaultRequestTTL",
        "noEndpointRequestTTL",
        "defaultPriorityBand",
        "defaultNegativePriorityBand",
        "priorityBands",
        "usageLimitPolicyPluginRef",
    ];
    flow.has_settings = settings.iter().any(|field| wire.get(field).is_some());
    for field in ["maxBytes", "maxRequests"] {
        flow.quantity(wire, field);
    }
    for field in ["defaultRequestTTL", "noEndpointRequestTTL"] {
        _ = wire.span(field);
    }
    let defaults = ["defaultPriorityBand", "defaultNegativePriorityBand"].map(|field| wire.section(field));
    for band in defaults.into_iter().chain(wire.sections("priorityBands")) {
        _ = band.int("priority");
        for field in ["maxBytes", "maxRequests"] {
            flow.quantity(&band, field);
        }
        flow.ordering.extend(reference(&band, "orderingPolicyRef"));
        flow.fairness.extend(reference(&band, "fairnessPolicyRef"));
        band.close();
    }
    flow.usage_limit = reference(wire, "usageLimitPolicyPluginRef");
    _ = wire.flag("enableEviction");
    wire.close();
    (flow, detector)
}

impl FlowControlWire<'_> {
    fn quantity(&mut self, wire: &Section<'_>, field: &'static str) {
        let is_negative = match wire.get(field).map(|node| &node.value) {
            None => return,
            Some(Value::Text(text)) => go::is_negative_quantity(text),
            Some(Value::Int(number)) => Some(*number < 0),
            Some(Value::Float(number)) => Some(*number < 0.0),
            Some(_) => None,
        };
        match is_negative {
            None => wire.say(
                Code::NotAllowed,
                field,
                "this is not a quantity",
                "write a number, in quotes with a suffix such as k, M, G, Ki, Mi or Gi",
            ),
            Some(true) => self.negative.push(wire.at(field)),
            Some(false) => {}
        }
    }
}
