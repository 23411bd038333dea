//! The data layer: where upstream's endpoints and their metrics come from. Here the host reports both.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};
use crate::plan::TopologyLabels;

const SOURCE: &[Interface] = &[Interface::DataSource];
const EXTRACTOR: &[Interface] = &[Interface::Extractor];
const DISCOVERY: &[Interface] = &[Interface::Discovery];
const METRICS: Effect = Effect::Host("the host polls endpoints and tells their load by events");
const ENDPOINTS: Effect = Effect::Host("the host reports endpoints by events");

const HTTP: &[(&str, Shape)] = &[
    ("scheme", Shape::Text),
    ("path", Shape::Text),
    ("port", Shape::Int),
    ("insecureSkipVerify", Shape::Flag),
    ("caCertPath", Shape::Text),
    ("clientCertPath", Shape::Text),
    ("clientKeyPath", Shape::Text),
    ("interval", Shape::Span),
];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("metrics-data-source", SOURCE, METRICS, Build::Reads(metrics_source)),
    PluginType::new("core-metrics-extractor", EXTRACTOR, METRICS, Build::Reads(metrics_extractor)),
    PluginType::new("multicluster-metrics-data-source", SOURCE, METRICS, Build::Reads(metrics_source)),
    PluginType::new(
        "multicluster-metrics-extractor",
        EXTRACTOR,
        METRICS,
        Build::Shape(&[("kvCacheUtilizationMetric", Shape::Text), ("queueSizeMetric", Shape::Text)]),
    ),
    PluginType::new("models-data-source", SOURCE, METRICS, Build::Reads(models_source)),
    PluginType::new("models-data-extractor", EXTRACTOR, METRICS, Build::Ignored),
    PluginType::new("dcgm-data-source", SOURCE, METRICS, Build::Reads(dcgm_source)),
    PluginType::new("dcgm-extractor", EXTRACTOR, METRICS, Build::Ignored),
    PluginType::new("topology-extractor", EXTRACTOR, Effect::Decides, Build::Reads(topology)),
    PluginType::new("k8s-notification-source", SOURCE, ENDPOINTS, Build::Reads(notification)),
    PluginType::new("endpoint-notification-source", SOURCE, ENDPOINTS, Build::Ignored),
    PluginType::new("file-discovery", DISCOVERY, ENDPOINTS, Build::Reads(file)),
    PluginType::new("multicluster-file-discovery", DISCOVERY, ENDPOINTS, Build::Reads(file)),
];

fn metrics_source(parameters: &Section<'_>) -> Parts {
    parameters.conform(HTTP);
    scheme(parameters);
    let port = parameters.int("port").unwrap_or(1);
    parameters.require(
        (1..=65_535).contains(&port),
        "port",
        "a port is 1 to 65535",
        "write the port of the metrics",
    );
    Parts::default()
}

fn models_source(parameters: &Section<'_>) -> Parts {
    for (field, shape) in HTTP.iter().filter(|(field, _)| *field != "port") {
        match shape {
            Shape::Flag => _ = parameters.flag(field),
            Shape::Span => _ = parameters.span(field),
            _ => _ = parameters.text(field),
        }
    }
    scheme(parameters);
    Parts::default()
}

fn dcgm_source(parameters: &Section<'_>) -> Parts {
    for field in ["path", "scheme"] {
        _ = parameters.text(field);
    }
    for field in ["insecureSkipVerify", "useNodeAddress"] {
        _ = parameters.flag(field);
    }
    _ = (parameters.int("port"), parameters.span("interval"));
    scheme(parameters);
    Parts::default()
}

fn scheme(parameters: &Section<'_>) {
    let scheme = parameters.text("scheme").unwrap_or("http");
    parameters.require(
        matches!(scheme, "http" | "https"),
        "scheme",
        "this is not a scheme",
        "write http or https",
    );
    let is_past =
        parameters.text("interval").and_then(|_| parameters.span("interval")).is_some_and(|span| span < 0);
    parameters.require(!is_past, "interval", "a time is not negative", "write a time, for example 50ms");
}

const ENGINE: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("queuedRequestsSpec", Shape::Text),
    ("runningRequestsSpec", Shape::Text),
    ("kvUsageSpec", Shape::Text),
    ("loraSpec", Shape::Text),
    ("cacheInfoSpec", Shape::Text),
    ("cacheBlockSizeLabelName", Shape::Text),
    ("cacheNumBlocksLabelName", Shape::Text),
    ("cacheBlockSizeSpec", Shape::Text),
    ("cacheNumBlocksSpec", Shape::Text),
    ("customMetrics", Shape::Sections(&[("attributeKey", Shape::Text), ("metricSpec", Shape::Text)])),
];

/// Engines that need no definition.
const ENGINES: &[&str] = &["vllm", "sglang", "trtllm-serve", "triton-tensorrt-llm", "triton"];

fn metrics_extractor(parameters: &Section<'_>) -> Parts {
    _ = parameters.text("engineLabelKey");
    let engines = parameters.sections("engineConfigs");
    let mut names: Vec<&str> = ENGINES.to_vec();
    for engine in &engines {
        engine.conform(ENGINE);
        let name = engine.text("name").unwrap_or_default();
        let help = "write the value that the engine label has; `default` is reserved";
        engine.require(!matches!(name, "" | "default"), "name", "this is not the name of an engine", help);
        names.push(name);
    }
    let default = parameters.name("defaultEngine").unwrap_or("vllm");
    let help = format!("write one of {}", names.join(", "));
    parameters.require(names.contains(&default), "defaultEngine", "this engine is not defined", &help);
    Parts::default()
}

/// The labels that say where an endpoint is.
fn topology(parameters: &Section<'_>) -> Parts {
    let default = TopologyLabels::default();
    let label = |field, default: String| parameters.name(field).map_or(default, str::to_owned);
    let labels = TopologyLabels {
        host: label("hostname", default.host),
        rack: label("rack", default.rack),
        zone: label("zone", default.zone),
        region: label("region", default.region),
    };
    Parts { topology: Some(labels), ..Parts::default() }
}

fn notification(parameters: &Section<'_>) -> Parts {
    _ = parameters.text("group");
    for field in ["version", "kind"] {
        if parameters.name(field).is_none() {
            parameters.lacks(field, "write group, version and kind of the objects to watch");
        }
    }
    Parts::default()
}

fn file(parameters: &Section<'_>) -> Parts {
    if parameters.name("path").is_none() {
        parameters.lacks("path", "write the path of the file that lists endpoints");
    }
    _ = parameters.flag("watchFile");
    Parts::default()
}
