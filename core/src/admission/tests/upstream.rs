//! Cases of other projects, where they lie beside this checkout. They are not part of this repository: where they are absent, the tests say so and
//! pass.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads files and tells what it left out"
)]

use std::path::{Path, PathBuf};

use super::check_object;
use crate::manifest::{Node, documents};

fn shared(folder: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(folder);
    if !root.is_dir() {
        println!("skipped: shared/{folder} is not beside this checkout");
        return None;
    }
    Some(root)
}

/// All findings of all objects of a text.
fn findings(text: &str) -> Vec<String> {
    objects(text).iter().flat_map(check_object).collect()
}

fn objects(text: &str) -> Vec<Node> {
    let (documents, _) = documents(text);
    let unpack = |node: Node| match node.get("kind").and_then(Node::text) {
        Some("List") => node.get("items").map(|items| items.items().to_vec()).unwrap_or_default(),
        _ => vec![node],
    };
    documents.into_iter().flat_map(unpack).collect()
}

/// Says how the findings differ from what is expected: none, one at least, or all of these texts.
fn difference(found: &[String], expected: Option<&[String]>) -> Option<String> {
    let all = found.join("\n    ");
    match expected {
        None if found.is_empty() => None,
        None => Some(format!("valid, but\n    {all}")),
        Some([]) if found.is_empty() => Some("invalid, but nothing is found".to_owned()),
        Some(texts) => {
            let missing: Vec<&String> = texts.iter().filter(|text| !all.contains(text.as_str())).collect();
            (!missing.is_empty()).then(|| format!("misses {missing:?}\n    {all}"))
        }
    }
}

/// A case that comes out in another way.
struct Otherwise {
    /// Ending of the case's name.
    case: &'static str,
    /// Releases it is about, all where there are none.
    releases: &'static [&'static str],
    /// What is found instead, empty for nothing.
    found: &'static str,
}

/// The suite sends Go values, in which an absent text is an empty one; a manifest that leaves it out lacks a required field.
const SENT_FROM_GO: [Otherwise; 4] = [
    Otherwise {
        case: "azure_credentials_missing_client_id",
        releases: &[],
        found: "spec.azureCredentials.clientID: Required value",
    },
    Otherwise {
        case: "azure_credentials_missing_tenant_id",
        releases: &[],
        found: "spec.azureCredentials.tenantID: Required value",
    },
    Otherwise { case: "missing_type", releases: &[], found: "spec.type: Required value" },
    Otherwise {
        case: "TestHTTPExternalAuthFilterExperimental/001",
        releases: &[],
        found: "spec.rules[0].filters[0].externalAuth.backendRef: Required value",
    },
];

/// Earlier definitions that neither apiVersion nor shape tells from later ones.
const EARLIER: [Otherwise; 3] = [
    // Up to v0.3 the same object is valid.
    Otherwise { case: "k8s-svc", releases: &["v0.5.0", "v0.4.0"], found: "" },
    // InferencePool came to the list in v0.5.
    Otherwise {
        case: "targetrefs_invalid_group",
        releases: &["v0.4.0", "v0.3.0"],
        found: "spec.targetRefs: Invalid value: \"array\": targetRefs must reference AIServiceBackend or InferencePool resources",
    },
    // Before the rules on types there was a limit of two fields.
    Otherwise {
        case: "multiple_security_policies",
        releases: &["v0.2.1", "20250530-last-infext-docs", "20250509-last-infext-code", "v0.1.5"],
        found: "spec: Invalid value: \"object\": When type is APIKey, only apiKey field should be set",
    },
];

/// The case is about `status`, which its manifest does not have.
const WITHOUT_STATUS: Otherwise = Otherwise { case: "TestValidateGateway/029", releases: &[], found: "" };

fn otherwise(release: &str, case: &str) -> Option<&'static Otherwise> {
    let case = case.trim_end_matches(".yaml");
    let all = SENT_FROM_GO.iter().chain(&EARLIER).chain([&WITHOUT_STATUS]);
    let releases = |known: &Otherwise| known.releases.is_empty() || known.releases.contains(&release);
    all.into_iter().find(|known| case.ends_with(known.case) && releases(known))
}

/// How a tally of cases went.
#[derive(Default)]
struct Tally {
    as_expected: usize,
    otherwise: usize,
    failures: Vec<String>,
}

impl Tally {
    fn add(&mut self, release: &str, case: &str, found: &[String], expected: Option<&[String]>) {
        match (difference(found, expected), otherwise(release, case)) {
            (None, None) => self.as_expected += 1,
            (Some(difference), None) => self.failures.push(format!("{release} {case}: {difference}")),
            (None, Some(_)) => self.failures.push(format!("{release} {case}: is as expected after all")),
            (Some(_), Some(known)) if found.join("") == known.found => self.otherwise += 1,
            (Some(_), Some(_)) => self.failures.push(format!("{release} {case}: {found:?}")),
        }
    }

    fn finish(self, name: &str) {
        let Self { as_expected, otherwise, failures } = self;
        println!("{name}: {as_expected} as expected, {otherwise} otherwise for a known reason");
        assert!(failures.is_empty(), "{} in {name}:\n{}", failures.len(), failures.join("\n"));
    }
}

fn vectors(file: &str) {
    let Some(root) = shared("vectors") else { return };
    let path = root.join(file);
    let lines = std::fs::read_to_string(&path).unwrap();
    let mut tally = Tally::default();
    for line in lines.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        assert!(matches!(case["cls"].as_str(), Some("schema" | "validation")), "{id}");
        let found = match case.get("inline_manifest") {
            Some(object) => findings(&object.to_string()),
            None => {
                let files = case["manifests"].as_array().unwrap().iter();
                let read = |file: &serde_json::Value| {
                    std::fs::read_to_string(path.parent().unwrap().join(file.as_str().unwrap())).unwrap()
                };
                files.map(read).flat_map(|text| findings(&text)).collect()
            }
        };
        let valid = case["expect"]["valid"].as_bool().unwrap();
        let texts: Vec<String> = case["expect"]["error_contains"]
            .as_array()
            .map(|texts| texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect())
            .unwrap_or_default();
        let expected = (!valid).then_some(texts.as_slice());
        tally.add("", id, &found, expected);
    }
    tally.finish(file);
}

#[test]
fn gateway_api_cel() {
    vectors("gateway-api/cel.jsonl");
}

#[test]
fn gateway_api_examples() {
    vectors("gateway-api/examples.jsonl");
}

#[test]
fn ai_gateway_crdcel() {
    vectors("ai-gateway/crdcel.jsonl");
}

#[test]
fn inference_extension_cel() {
    vectors("gie/cel.jsonl");
}

/// The table of AI Gateway's releases: file, expected outcome, stored copy.
#[test]
fn every_release_of_ai_gateway() {
    let Some(root) = shared("corpus") else { return };
    let table = std::fs::read_to_string(root.join("cel-cases.md")).unwrap();
    let (mut release, mut tally) = (String::new(), Tally::default());
    for line in table.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            release = title.replace("ai-gateway ", "").replace(" (`tests/crdcel`)", "");
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let [_, file, expected, stored] = cells.as_slice() else { continue };
        let Some(text) = std::fs::read_to_string(root.join(stored.trim_end_matches(" |"))).ok() else {
            continue;
        };
        let error = expected.strip_prefix("ERROR: `").and_then(|text| text.strip_suffix('`'));
        // The whole answer of the API server begins with the object; findings are compared.
        let error = error.map(|text| text.rsplit(" is invalid: [").next().unwrap_or(text).to_owned());
        let texts: Vec<String> = error.into_iter().collect();
        let expected = expected.starts_with("ERROR").then_some(texts.as_slice());
        tally.add(&release, file, &findings(&text), expected);
    }
    tally.finish("cel-cases.md");
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
}

/// Gateway API keeps a folder of objects that must be refused.
#[test]
fn every_invalid_example_is_refused() {
    let Some(root) = shared("corpus/gateway-api/hack/invalid-examples") else { return };
    let mut files = Vec::new();
    yaml_files(&root, &mut files);
    for file in files {
        let found = findings(&std::fs::read_to_string(&file).unwrap());
        assert!(!found.is_empty(), "{}", file.display());
    }
}

/// The manifests that the request vectors route by were accepted by an API server, but for those that a suite made up.
#[test]
fn manifests_of_routed_requests_are_admitted() {
    let Some(root) = shared("vectors") else { return };
    let mut failures = Vec::new();
    for folder in ["gateway-api", "gie", "ai-gateway", "llm-d"] {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let cases = path.extension().is_some_and(|extension| extension == "jsonl");
            if !cases || name.contains("cel") || name.contains("examples") {
                continue;
            }
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let case: serde_json::Value = serde_json::from_str(line).unwrap();
                let manifests = case["manifests"].as_array().into_iter().flatten();
                files.extend(manifests.map(|file| root.join(folder).join(file.as_str().unwrap())));
            }
        }
        files.sort();
        files.dedup();
        println!("{folder}: {} files", files.len());
        for file in files {
            let found = findings(&std::fs::read_to_string(&file).unwrap());
            failures.extend(found.into_iter().map(|found| format!("{}: {found}", file.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Files with objects that an API server would refuse indeed. Each was looked at by hand.
const REFUSED: &[&str] = &[
    // Meant to be refused.
    "tests/crdcel/",
    "tests/cel-validation/",
    "invalid-examples/",
    // Parts of documents: fragments, proposals of fields, and mistakes (targetRefs that are texts, an InferenceModel with a number for criticality).
    "_from_markdown/",
    // Placeholders that a script fills in.
    "llm-d-inference-scheduler@v0.2.0/deploy/components/",
    "llm-d-inference-scheduler@v0.3.0/deploy/components/",
    "llm-d-router/deploy/environments/dev/",
    // Fields of v1alpha2 under v1.
    "inferencepool-leader-election-e2e.yaml",
    // Written for definitions before the first release, or never brought up to it.
    "gateway_v1alpha1_llmserverpool.yaml",
    "gateway_v1alpha1_inferencepool.yaml",
    "inferencepool-with-model.yaml",
    // A command-line tool adds the listeners.
    "gateway_no_listeners.yaml",
    // v0.3 admits a pattern beside schema and targetRefs, all releases before it do not.
    "ai-gateway-ollama-docker.yaml",
];

#[test]
fn public_manifests_are_admitted() {
    let Some(root) = shared("corpus") else { return };
    let mut files = Vec::new();
    yaml_files(&root, &mut files);
    files.sort();
    let (mut read, mut refused, mut failures) = (0, 0, Vec::new());
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        for object in objects(&text) {
            read += 1;
            let found = check_object(&object);
            if found.is_empty() {
                continue;
            }
            refused += 1;
            if !REFUSED.iter().any(|known| name.contains(known)) {
                failures.push(format!("{name}: {}", found.join("\n    ")));
            }
        }
    }
    println!("corpus: {read} objects read, {refused} refused");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
