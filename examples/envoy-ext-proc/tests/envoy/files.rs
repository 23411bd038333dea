//! What the picker reads: files that change, and metrics.

use crate::support::{Setup, World, chat, header};

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
