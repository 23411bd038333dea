//! Files that change while requests are served.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use support::{Gateway, Setup, chat, manifest, wait};

fn reloads(gateway: &Gateway, file: &str, outcome: &str) -> f64 {
    let labels = [format!("file=\"{file}\""), format!("outcome=\"{outcome}\"")];
    gateway.counter("inferroute_reloads_total", &[&labels[0], &labels[1]])
}

#[test]
fn a_new_manifest_decides_the_next_request() {
    let setup = Setup::new(&[]);
    let (gateway, text) = (&setup.gateway, manifest(setup.port));
    assert_eq!(gateway.chat(&[], &chat("fast")).json()["model"], "llama");
    gateway.write("manifest.yaml", &text.replace("modelRewrite: llama", "modelRewrite: other"));
    wait("the reload", || reloads(gateway, "manifest", "taken") == 1.0);
    assert_eq!(gateway.chat(&[], &chat("fast")).json()["model"], "other");
}

#[test]
fn a_bad_manifest_is_refused_with_its_reasons_and_changes_nothing() {
    let setup = Setup::new(&[]);
    let (gateway, text) = (&setup.gateway, manifest(setup.port));
    let bad = [
        text.replace("kind: InferencePool\n", "kind: [\n"),
        text.replace("backendRefs: [{", "backendRefs: [{weight: heavy, "),
    ];
    for (number, bad) in bad.iter().enumerate() {
        gateway.write("manifest.yaml", bad);
        wait("the refusal", || reloads(gateway, "manifest", "refused") == (number + 1) as f64);
        let answer = gateway.chat(&[], &chat("llama"));
        assert_eq!((answer.status, answer.header("x-inferroute-rule")), (200, Some("silver")), "{number}");
    }
    let log = gateway.log();
    assert!(log.contains("the new one is refused, the old one stays in force"), "{log}");
    assert!(log.contains("manifest.yaml:") && log.contains("error RT"), "{log}");
    // A good one is taken again.
    gateway.write("manifest.yaml", &text.replace("name: silver\n", "name: tin\n"));
    wait("the reload", || reloads(gateway, "manifest", "taken") == 1.0);
    assert_eq!(gateway.chat(&[], &chat("llama")).header("x-inferroute-rule"), Some("tin"));
}

#[test]
fn endpoints_come_and_go_with_their_file() {
    let setup = Setup::new(&[]);
    let gateway = &setup.gateway;
    assert_eq!(gateway.chat(&[("x-tier", "gold")], &chat("llama")).status, 200);
    gateway.write(
        "endpoints.json",
        r#"[{"name": "silver-0", "address": "127.0.0.3", "labels": {"tier": "silver"}}]"#,
    );
    wait("the reload", || reloads(gateway, "endpoints", "taken") == 1.0);
    assert_eq!(gateway.chat(&[("x-tier", "gold")], &chat("llama")).json()["error"]["reason"], "pool_empty");
    for _ in 0..6 {
        assert_eq!(gateway.chat(&[], &chat("llama")).header("x-served-by"), Some("silver-0"));
    }
    gateway.write("endpoints.json", r#"[{"name": "silver-0", "address": "not an address"}]"#);
    wait("the refusal", || reloads(gateway, "endpoints", "refused") == 1.0);
    assert_eq!(gateway.chat(&[], &chat("llama")).status, 200);
}

/// No decision is half of one plan and half of another: with each plan the rule and the model go together.
#[test]
fn every_request_sees_one_whole_plan() {
    let setup = Setup::new(&[]);
    let (gateway, text) = (&setup.gateway, manifest(setup.port));
    let plans = [("renamed", "llama"), ("renewed", "other")].map(|(rule, model)| {
        let text = text.replace("name: renamed", &format!("name: {rule}"));
        text.replace("modelRewrite: llama", &format!("modelRewrite: {model}"))
    });
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = [0; 2];
                    while !done.load(Ordering::Relaxed) {
                        let answer = gateway.chat(&[], &chat("fast"));
                        assert_eq!(answer.status, 200);
                        let is_new = answer.header("x-inferroute-rule") == Some("renewed");
                        let expected = if is_new { "other" } else { "llama" };
                        assert_eq!(answer.json()["model"], expected);
                        seen[usize::from(is_new)] += 1;
                    }
                    seen
                })
            })
            .collect();
        for number in 1..=20 {
            gateway.write("manifest.yaml", &plans[number % 2]);
            wait("the reload", || reloads(gateway, "manifest", "taken") == number as f64);
            std::thread::sleep(Duration::from_millis(20));
        }
        done.store(true, Ordering::Relaxed);
        for asked in asking {
            let seen = asked.join().unwrap();
            assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
        }
    });
    gateway.comes_to_rest();
}

#[test]
fn a_gateway_does_not_start_with_a_manifest_that_is_none() {
    let folder = std::env::temp_dir().join(format!("pingora-gateway-bad-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("manifest.yaml");
    std::fs::write(&file, "kind: [").unwrap();
    let mut gateway = std::process::Command::new(env!("CARGO_BIN_EXE_pingora-gateway"));
    let output = gateway.arg("--manifest").arg(&file).output().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("manifest.yaml:1:") && told.contains("error RT"), "{told}");
}
