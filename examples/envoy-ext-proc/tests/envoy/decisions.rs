//! What every gateway under `examples/` must decide.

#[path = "../../../vectors/case.rs"]
mod case;

use serde_json::Value;

use self::case::Case;
use crate::support::{Setup, World, chat, header, here, text};

#[tokio::test(flavor = "multi_thread")]
async fn envoy_serves_every_vector_as_it_must() {
    let world = World::start("vectors", Setup::default()).await;
    let cases = std::fs::read_to_string(here().join("../vectors/decisions.json")).unwrap();
    let cases: Vec<Case> =
        serde_json::from_str(&cases.replace(":8000", &format!(":{}", world.port))).unwrap();
    assert!(cases.len() >= 11);
    for case in &cases {
        let headers: Vec<_> =
            case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for stream in [false, true] {
            let expect = &case.expect;
            let routed = format!(
                "picker_picked_total{{route=\"{}\",rule=\"{}\"}}",
                expect.route.as_deref().unwrap_or_default(),
                expect.rule.as_deref().unwrap_or_default()
            );
            let before = world.counted(&routed).await;
            let answer = world.chat(&chat(&case.model, 2, stream), &headers).await.unwrap();
            let name = &case.name;
            assert_eq!(answer.status().as_u16(), expect.status, "{name}");
            if let Some(endpoints) = &expect.endpoints {
                let by = header(&answer, "x-served-by").to_owned();
                assert!(endpoints.contains(&by), "{name}: {by:?}");
                let model = header(&answer, "x-served-model");
                assert_eq!(Some(model), expect.model.as_deref(), "{name}");
                text(answer).await;
                assert_eq!(world.counted(&routed).await, before + 1, "{name}");
            } else {
                let reason = header(&answer, "x-inferroute-reason").to_owned();
                assert_eq!(Some(&reason), expect.reason.as_ref(), "{name}");
                let said: Value = serde_json::from_str(&text(answer).await).unwrap();
                assert_eq!(said["error"]["type"], reason, "{name}");
            }
        }
    }
    world.until("all counts end", async |world| world.in_flight().await == 0).await;
}
