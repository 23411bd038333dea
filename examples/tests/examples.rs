//! What the examples print is what `examples/quickstart.txt` says; the Python and Node tests hold theirs against the same file.

use std::process::Command;

const EXPECTED: &str = include_str!("../quickstart.txt");

fn output(binary: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(binary).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_quickstart_prints_three_decisions_and_an_explanation() {
    let (code, printed, _) = output(env!("CARGO_BIN_EXE_quickstart"), &[]);
    assert_eq!((code, printed.as_str()), (Some(0), EXPECTED));
}

#[test]
fn the_demo_decides_on_a_manifest_of_ones_own() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/two_rules.yaml");
    let demo = env!("CARGO_BIN_EXE_demo");
    let (code, printed, _) = output(
        demo,
        &["--manifest", manifest, "--header", "X-Target-Inference-Extension=no", "--model", "gpt"],
    );
    assert_eq!(code, Some(0));
    assert!(
        printed.contains("AIServiceBackend default/cloud (cloud.default.svc.cluster.local:443)"),
        "{printed}"
    );
    let (code, printed, _) =
        output(demo, &["--manifest", manifest, "--header", "x-target-inference-extension=other"]);
    assert_eq!(code, Some(1));
    assert!(printed.contains("404 no_rule"), "{printed}");
}

#[test]
fn the_demo_says_what_is_wrong_with_its_arguments() {
    let demo = env!("CARGO_BIN_EXE_demo");
    let (code, _, told) = output(demo, &["--header", "no-value"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("`no-value` is not NAME=VALUE"), "{told}");
    let (code, _, told) = output(demo, &["--manifest", "/nowhere.yaml"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("/nowhere.yaml"), "{told}");
}
