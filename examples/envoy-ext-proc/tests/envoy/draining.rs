//! The end of a picker.

use std::time::{Duration, Instant};

use crate::support::{Setup, World, chat, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_that_is_told_to_stop_lets_streams_end() {
    let mut world = World::start("drains", Setup { mock: &["--speed", "1"], ..Setup::default() }).await;
    let answer = world.chat(&chat("llama", 150, true), &[]).await.unwrap();
    world.until("it is healthy", async |world| world.picker_health().await == "healthy").await;
    world.picker.signal("TERM");
    world.until("it is not", async |world| world.picker_health().await == "/failed_active_hc").await;
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
