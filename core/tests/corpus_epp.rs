//! EndpointPickerConfigs of the endpoint picker's own repositories load, or are refused, as they are there. They are not part of this repository: where
//! they are absent, the test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test fails by panicking and tells what it left out"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use inferroute::{Manifests, Options, Problems, Scheduling};

/// Types that exist in upstream's tests only, and real ones that read the same parameters and can stand for the same.
const STAND_INS: &[(&str, &str)] = &[
    ("test-profile-handler", "single-profile-handler"),
    ("test-plugin", "load-aware-scorer"),
    ("test-one", "load-aware-scorer"),
    ("test-two", "prefix-cache-scorer"),
    ("test-scorer", "prefix-cache-scorer"),
    ("test-picker", "random-picker"),
    ("test-order-filter", "decode-filter"),
    ("test-source", "endpoint-notification-source"),
    ("mock-metrics-source", "endpoint-notification-source"),
    ("test-extractor", "models-data-extractor"),
    ("test-feature-gate", "haPopulateNonLeaderDatastore"),
];

/// What is not as upstream has it, with the code that stands for it where it is refused, and why.
const EXCEPTIONS: &[(&str, Option<&str>, &str)] = &[
    (
        "inferencepool_values.yaml",
        Some("RT0510"),
        "values of a chart, with a configuration in comments at most",
    ),
    ("routerlib-values.yaml", Some("RT0510"), "values of a chart"),
    ("random-only-default-parsers.yaml", Some("RT0510"), "values of a chart"),
    ("templates_epp-config.yaml", Some("RT0001"), "a Helm template that was not rendered"),
    ("templates__config.yaml", Some("RT0001"), "a Helm template that was not rendered"),
    ("multicluster_config__lit1.yaml", Some("RT0001"), "a format that upstream's test fills in"),
    ("docs_architecture__md1.yaml", Some("RT0101"), "the documentation leaves parts out"),
    (
        "v0.5.1/config_manifests_inferencepool-resources.yaml",
        Some("RT0510"),
        "v0.5.1 has two configurations in one ConfigMap",
    ),
    (
        "errorPluginsRefedInLoop",
        Some("RT0501"),
        "a type with references of upstream's tests; unit tests have the loop",
    ),
    ("pluginsOutOfOrder", Some("RT0501"), "a type with references of upstream's tests"),
    ("pluginsRefedInNesteding", Some("RT0501"), "a type with references of upstream's tests"),
];

/// What the refusal of a configuration is about.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("errorBadYaml", "RT0101", "where a list is needed"),
    ("errorBadPluginJSON", "RT0101", "parameters"),
    ("errorBadPluginReferencePlugin", "RT0501", "`unknown-plugin-type`"),
    ("errorBadPluginReferenceText", "RT0102", "[plugins[0]] field `type` is missing"),
    ("errorBadProfilePluginRef", "RT0502", "schedulingProfiles[0].plugins[0]"),
    ("errorBadProfilePluginText", "RT0502", "`pluginRef` is missing"),
    ("errorBadSourceReference", "RT0502", "dataLayer.sources[0].pluginRef"),
    ("errorBadExtractorReference", "RT0101", "dataLayer.sources[0].extractors[0]"),
    ("errorDuplicatePlugin", "RT0504", "two plugins `test1`"),
    ("errorDuplicateProfile", "RT0504", "two profiles `default`"),
    ("errorFlowControlMissingPlugin", "RT0502", "`non-existent-policy`"),
    ("errorFlowControlWrongPluginType", "RT0503", "orderingPolicyRef"),
    ("errorNoProfileName", "RT0102", "[schedulingProfiles[0]] field `name` is missing"),
    ("errorTwoPickers", "RT0505", "two pickers, `maxScore` and `random`"),
    ("errorTwoProfileHandlers", "RT0506", "two profile handlers"),
    ("errorNoProfileHandlers", "RT0506", "which of the 2 profiles runs"),
    ("errorMultiProfilesUseSingleProfileHandler", "RT0506", "handles one profile"),
    ("errorUnknownFeatureGate", "RT0508", "`unknown-gate`"),
    ("errorBadFeatureGate", "RT0103", "featureGates[0]"),
    ("errorParserWrongPluginName", "RT0502", "`wrongParser`"),
    ("errorParserWrongPluginType", "RT0503", "is no parser"),
    ("errorUndefinedSaturationDetectorPlugin", "RT0502", "aturationDetector"),
];

fn root() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/epp-config");
    let found = root.is_dir().then_some(root);
    if found.is_none() {
        println!("skipped: shared/corpus/epp-config is not beside this checkout");
    }
    found
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

/// Names are whole words: `test-one` is none in `latest-one`.
fn with_stand_ins(text: &str) -> String {
    let mut text = text.replace("%q", "endpoints.yaml").replace("%s", "queue-scorer") + "\n";
    for (name, stand_in) in STAND_INS {
        for end in ["\n", " "] {
            text = text.replace(&format!(" {name}{end}"), &format!(" {stand_in}{end}"));
        }
    }
    text
}

fn told(problems: &Problems) -> Vec<String> {
    problems
        .iter()
        .map(|found| format!("{} {} [{}] {}", found.code(), found.line(), found.field(), found.message()))
        .collect()
}

#[test]
fn configurations_load_or_are_refused_as_upstream_has_it() {
    let Some(root) = root() else { return };
    let list = std::fs::read_to_string(root.join("MANIFEST-extracted.tsv")).unwrap();
    let refused: BTreeSet<String> = list
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| row.get(5) == Some(&"true"))
        .map(|row| format!("{}/{}", row[0], row[1]))
        .collect();
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    let mut failures = Vec::new();
    let mut unused: BTreeMap<&str, &str> = EXCEPTIONS.iter().map(|(name, _, why)| (*name, *why)).collect();
    for file in &found {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        let text = with_stand_ins(&std::fs::read_to_string(file).unwrap());
        let loaded = Scheduling::from_yaml(&text);
        let exception = EXCEPTIONS.iter().find(|(part, ..)| name.contains(part));
        exception.map(|(part, ..)| unused.remove(part));
        let expected = exception.map_or(refused.contains(&name), |(_, code, _)| code.is_some());
        match &loaded {
            Ok(_) if expected => failures.push(format!("{name} loads")),
            Err(problems) if !expected => failures.push(format!("{name} is refused: {:#?}", told(problems))),
            Err(problems) => {
                let about = REFUSALS.iter().find(|(part, ..)| name.contains(part));
                let about = exception
                    .and_then(|(_, code, _)| Some((code.as_ref().copied()?, "")))
                    .or(about.map(|(_, code, part)| (*code, *part)));
                let told = told(problems);
                let is_about = |(code, part): (&str, &str)| {
                    told.iter().any(|one| one.starts_with(code) && one.contains(part))
                };
                if !about.is_some_and(is_about) {
                    failures.push(format!("{name} is refused for other reasons than {about:?}: {told:#?}"));
                }
            }
            Ok(_) => {}
        }
    }
    assert!(found.len() >= 146, "{} files", found.len());
    assert!(unused.is_empty(), "exceptions without a file: {unused:?}");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), found.len(), failures.join("\n"));
}

#[test]
fn a_config_map_among_manifests_says_how_endpoints_are_chosen() {
    let Some(root) = root() else { return };
    let text = std::fs::read_to_string(root.join("gie/v1.5.0/test_testdata_inferencepool-e2e.yaml")).unwrap();
    let plan = Manifests::from_yaml(&text).unwrap().compile(&Options::default()).unwrap();
    let deprecated: Vec<_> =
        plan.warnings().iter().filter(|found| found.code().as_str() == "RT0511").collect();
    assert_eq!(deprecated.len(), 1, "{:?}", plan.warnings());
    assert_eq!((deprecated[0].line(), deprecated[0].column()), (108, 17));
    assert_eq!(deprecated[0].object(), "EndpointPickerConfig in ConfigMap $E2E_NS/plugins-config");
}
