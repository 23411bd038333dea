//! The picker behind a real Envoy, in front of mock model servers.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};

use support::{Setup, World, chat, free_port, header, here, neighbour, text};

#[derive(Deserialize)]
struct Case {
    name: String,
    model: String,
    headers: BTreeMap<String, String>,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    status: u16,
    reason: Option<String>,
    endpoints: Option<Vec<String>>,
    model: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_serves_every_vector_as_it_must() {
    let world = World::start("vectors", Setup::default()).await;
    let cases = std::fs::read_to_string(here().join("../vectors/decisions.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&cases).unwrap();
    assert!(cases.len() >= 11);
    for case in &cases {
        let headers: Vec<_> =
            case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for stream in [false, true] {
            let answer = world.chat(&chat(&case.model, 2, stream), &headers).await.unwrap();
            let name = &case.name;
            assert_eq!(answer.status().as_u16(), case.expect.status, "{name}");
            if let Some(endpoints) = &case.expect.endpoints {
                let by = header(&answer, "x-served-by").to_owned();
                assert!(endpoints.contains(&by), "{name}: {by:?}");
                let model = header(&answer, "x-served-model");
                assert_eq!(Some(model), case.expect.model.as_deref(), "{name}");
            } else {
                let reason = header(&answer, "x-inferroute-reason").to_owned();
                assert_eq!(Some(&reason), case.expect.reason.as_ref(), "{name}");
                let said: Value = serde_json::from_str(&text(answer).await).unwrap();
                assert_eq!(said["error"]["type"], reason, "{name}");
            }
        }
    }
    assert_eq!(world.in_flight().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_passes_as_it_comes_and_ends_its_count() {
    let world = World::start("streams", Setup { mock: &["--speed", "1"], ..Setup::default() }).await;
    let start = Instant::now();
    let answer = world.chat(&chat("llama", 60, true), &[]).await.unwrap();
    let mut body = answer.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let first_after = start.elapsed();
    assert!(first.starts_with(b"data: "), "{first:?}");
    assert_eq!(world.in_flight().await, 1);
    let rest = body.collect().await.unwrap().to_bytes();
    assert!(rest.ends_with(b"data: [DONE]\n\n"));
    let whole = start.elapsed();
    assert!(first_after < whole / 2, "the first token after {first_after:?}, the last after {whole:?}");
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_cancels_its_request_everywhere() {
    let world = World::start("cancels", Setup { mock: &["--speed", "1"], ..Setup::default() }).await;
    let gold = [("x-tier", "gold")];
    let answer = world.chat(&chat("llama", 2000, true), &gold).await.unwrap();
    let mut body = answer.into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(world.in_flight().await, 1);
    drop(body);
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
    world
        .until("the endpoint stops", async |world| {
            world.at(0, "/served", None).await.contains("\"running\":0")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_and_a_hung_endpoint_lose_no_request() {
    let mut world = World::start("fallbacks", Setup::default()).await;
    world.mocks[1] = None;
    world.at(2, "/faults", Some(&json!({"kind": "hang"}))).await;
    for _ in 0..12 {
        let answer = world.ask("llama", &[]).await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-served-by")), (200, "silver-2"));
    }
    assert!(world.counted("picker_fallen_back_total").await > 0);
    assert_eq!(world.in_flight().await, 0);
    // With no endpoint of its pool left, a request fails rather than go to another pool.
    world.mocks[0] = None;
    let answer = world.ask("llama", &[("x-tier", "gold")]).await.unwrap();
    assert_eq!(answer.status().as_u16(), 503, "{}", text(answer).await);
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
    world.revive(0);
    let answer = world.ask("llama", &[("x-tier", "gold")]).await.unwrap();
    assert_eq!(header(&answer, "x-served-by"), "gold-0");
}

/// What a gateway that offers a subset says of it; here a header says it, for the test.
const SUBSET: &str = r#"                  - name: envoy.filters.http.header_to_metadata
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.header_to_metadata.v3.Config
                      request_rules:
                        - header: x-test-subset
                          on_header_present:
                            metadata_namespace: envoy.lb.subset_hint
                            key: x-gateway-destination-endpoint-subset
                          remove: true
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_subset_of_the_gateway_limits_the_choice() {
    let world = World::start("subset", Setup { filter: SUBSET, ..Setup::default() }).await;
    let two = format!("127.0.0.3:{0},127.0.0.5:{0}", world.port);
    let mut served = BTreeSet::new();
    for _ in 0..16 {
        let answer = world.ask("llama", &[("x-test-subset", &two)]).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        served.insert(header(&answer, "x-served-by").to_owned());
    }
    assert_eq!(Vec::from_iter(served), ["silver-0", "silver-2"]);
    let none = world.ask("llama", &[("x-test-subset", "127.0.0.9:1")]).await.unwrap();
    assert_eq!(none.status().as_u16(), 503);
    assert_eq!(header(&none, "x-inferroute-reason"), "no_endpoint_in_subset");
}

const SHEDS: &str = "
---
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
  - {type: concurrency-detector, name: full, parameters: {maxConcurrency: 1}}
  - {type: least-request-scorer, name: least}
  - {type: max-score-picker, name: best}
schedulingProfiles: [{name: default, plugins: [{pluginRef: least}, {pluginRef: best}]}]
flowControl: {saturationDetector: {pluginRef: full}}
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceObjective
metadata: {name: batch}
spec: {priority: -1, poolRef: {name: gold}}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pool_sheds_what_matters_least() {
    let setup = Setup {
        manifest: SHEDS,
        picker: &["--objectives-from-clients"],
        mock: &["--speed", "1"],
        ..Setup::default()
    };
    let world = World::start("sheds", setup).await;
    let (gold, batch) = (("x-tier", "gold"), ("x-gateway-inference-objective", "batch"));
    let answer = world.ask("llama", &[gold, batch]).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "there is room");
    let long = world.chat(&chat("llama", 2000, true), &[gold]).await.unwrap();
    let shed = world.ask("llama", &[gold, batch]).await.unwrap();
    assert_eq!((shed.status().as_u16(), header(&shed, "x-inferroute-reason")), (429, "saturated"));
    let answer = world.ask("llama", &[gold]).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "what matters more is taken");
    drop(long);
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
}

const QUEUES: &str = "
---
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: queue-scorer, name: queue}, {type: max-score-picker, name: best}]
schedulingProfiles: [{name: default, plugins: [{pluginRef: queue}, {pluginRef: best}]}]
";

#[tokio::test(flavor = "multi_thread")]
async fn polled_queues_are_kept_away_from() {
    let setup = Setup {
        manifest: QUEUES,
        picker: &["--poll-ms", "20"],
        mock: &["--speed", "1", "--max-num-seqs", "1"],
        ..Setup::default()
    };
    let world = World::start("polls", setup).await;
    // Two requests each that the picker knows nothing of: one runs, one waits.
    let mut others = Vec::new();
    for number in [1, 1, 2, 2] {
        let endpoint = &world.endpoints[number];
        let url = format!("http://{}:{}/v1/chat/completions", endpoint.address, world.port);
        others.push(world.send(&url, &[], Some(&chat("llama", 5000, true))).await.unwrap());
    }
    let avoided = async |world: &World| {
        let mut by = Vec::new();
        for _ in 0..6 {
            by.push(header(&world.ask("llama", &[]).await.unwrap(), "x-served-by").to_owned());
        }
        by.iter().all(|by| by == "silver-2")
    };
    // A request that went to a queue before the first poll waits until its time is up and falls back.
    world.until("queues are seen", avoided).await;
    drop(others);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_is_wrong_changes_nothing() {
    let world = World::start("reloads", Setup::default()).await;
    let path = world.directory.join("manifest.yaml");
    let manifest = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, manifest.replace("kind: InferencePool", "kind: [")).unwrap();
    world.until("it is refused", async |world| world.counted("picker_failed_reloads_total").await == 1).await;
    assert_eq!(world.ask("llama", &[]).await.unwrap().status().as_u16(), 200);
    std::fs::write(&path, manifest.replace("modelRewrite: llama", "modelRewrite: other")).unwrap();
    world.until("it is loaded", async |world| world.counted("picker_reloads_total").await == 1).await;
    let answer = world.ask("fast", &[]).await.unwrap();
    assert_eq!(header(&answer, "x-served-model"), "other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_that_is_told_to_stop_lets_streams_end() {
    let mut world = World::start("drains", Setup { mock: &["--speed", "1"], ..Setup::default() }).await;
    let answer = world.chat(&chat("llama", 150, true), &[]).await.unwrap();
    world.picker.signal("TERM");
    let body = text(answer).await;
    assert!(body.ends_with("data: [DONE]\n\n"), "{body}");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = world.picker.0.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it never ends");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(status.success(), "{status}");
}

/// Two hundred requests a second while endpoints die and hang and the manifest changes fifty times: see examples/mock-vllm/LOAD.md. `LOAD_SECONDS` says for
/// how long.
#[test]
fn nothing_is_lost_under_load() {
    let (port, listen, admin) = (free_port(), free_port(), free_port());
    let seconds = std::env::var("LOAD_SECONDS").unwrap_or_else(|_| "10".to_owned());
    let output = Command::new(neighbour("load-gateway"))
        .args(["--gateway", &format!("http://127.0.0.1:{listen}")])
        .args(["--admin", &format!("http://127.0.0.1:{admin}")])
        .args(["--port", &port.to_string(), "--seconds", &seconds, "--fault-every", "5", "--fault-for", "3"])
        .args(["--gateway-cmd", &format!("exec {}/envoy/gateway.sh", here().display())])
        .envs([("PICKER", env!("CARGO_BIN_EXE_envoy-ext-proc")), ("FIRST_BYTE", "1s")])
        .envs(
            [("LISTEN", listen), ("ADMIN", admin), ("PORT", port)]
                .map(|(name, port)| (name, port.to_string())),
        )
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{report}");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["reloads_seen"], &report["in_flight"]), (&json!(50), &json!(0)));
    assert!(report["kills"].as_u64() >= Some(1), "{report}");
}
