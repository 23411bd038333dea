//! Subsets, and pools that are full.

use std::collections::BTreeSet;

use crate::support::{Setup, World, chat, header};

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
