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

/// The cases that come out otherwise, and why.
const OTHERWISE: &[(&str, &str)] = &[];

fn vectors(file: &str) {
    let Some(root) = shared("vectors") else { return };
    let path = root.join(file);
    let lines = std::fs::read_to_string(&path).unwrap();
    let mut failures = Vec::new();
    let mut passed = 0;
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
        let known = OTHERWISE.iter().any(|(known, _)| *known == id);
        match difference(&found, expected) {
            Some(difference) if !known => failures.push(format!("{id}: {difference}")),
            None if known => failures.push(format!("{id}: comes out as expected after all")),
            Some(_) => {}
            None => passed += 1,
        }
    }
    println!("{file}: {passed} of {} as expected", lines.lines().count());
    assert!(failures.is_empty(), "{} in {file}:\n{}", failures.len(), failures.join("\n"));
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
    let mut failures = Vec::new();
    let (mut release, mut passed, mut count) = (String::new(), 0, 0);
    for line in table.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            release = title.replace(" (`tests/crdcel`)", "");
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let [_, file, expected, stored] = cells.as_slice() else { continue };
        let Some(text) = std::fs::read_to_string(root.join(stored.trim_end_matches(" |"))).ok() else {
            continue;
        };
        count += 1;
        let error = expected.strip_prefix("ERROR: `").and_then(|text| text.strip_suffix('`'));
        // The whole answer of the API server begins with the object; findings are compared.
        let error = error.map(|text| text.rsplit(" is invalid: [").next().unwrap_or(text).to_owned());
        let texts: Vec<String> = error.into_iter().collect();
        let expected = expected.starts_with("ERROR").then_some(texts.as_slice());
        let id = format!("{release}: {file}");
        let known = OTHERWISE.iter().any(|(known, _)| *known == id);
        match difference(&findings(&text), expected) {
            Some(difference) if !known => failures.push(format!("{id}: {difference}")),
            None if known => failures.push(format!("{id}: comes out as expected after all")),
            Some(_) => {}
            None => passed += 1,
        }
    }
    println!("cel-cases.md: {passed} of {count} as expected");
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
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

/// For a look by hand: every finding in public manifests, by file.
#[test]
fn public_manifests() {
    let Some(root) = shared("corpus") else { return };
    let mut files = Vec::new();
    yaml_files(&root, &mut files);
    files.sort();
    let mut objects_read = 0;
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for object in objects(&text) {
            objects_read += 1;
            for finding in check_object(&object) {
                let name = object.get("metadata").and_then(|meta| meta.get("name")).and_then(Node::text);
                println!("{} {name:?}: {finding}", file.strip_prefix(&root).unwrap().display());
            }
        }
    }
    println!("{objects_read} objects read");
}
