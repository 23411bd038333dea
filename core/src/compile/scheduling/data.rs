//! The data layer and the parsers: that what they name is there and of the right kind. Both are the host's part.

use super::plugin_type::Interface;
use super::plugins::Plugins;
use super::types;
use crate::manifest::{Code, EndpointPickerConfig, Findings};

const SOURCE: &str = "metrics-data-source";

pub(super) fn check(config: &EndpointPickerConfig<'_>, plugins: &mut Plugins, findings: &Findings) {
    for parser in &config.parsers {
        // A parser may be named by its type alone.
        if types::find(parser.name).is_some() {
            plugins.ensure(parser.name);
        }
        _ = plugins.resolve(parser, Interface::Parser, findings);
    }
    let layer = &config.data_layer;
    if layer.inject_defaults && !layer.sources.iter().any(|source| source.name == SOURCE) {
        plugins.ensure(SOURCE);
        plugins.ensure("core-metrics-extractor");
    }
    for source in &layer.sources {
        _ = plugins.resolve(source, Interface::DataSource, findings);
    }
    // Any plugin may extract.
    for extractor in layer.extractors.iter().filter(|extractor| plugins.get(extractor.name).is_none()) {
        _ = plugins.resolve(extractor, Interface::Extractor, findings);
    }
    if let Some(discovery) = &layer.discovery {
        _ = plugins.resolve(discovery, Interface::Discovery, findings);
    }
    if layer.peer_discovery.is_some() || layer.syncer.is_some() {
        let path = if layer.peer_discovery.is_some() {
            "dataLayer.peerDiscovery"
        } else {
            "dataLayer.crossReplicaSyncerPluginRef"
        };
        let message = "replicas do not talk to each other: each counts what it sends itself";
        findings.add(
            Code::NotDone,
            path,
            message,
            "carry events between replicas in the host, or remove the field",
        );
    }
}
