//! Endpoints that die, hang and fail.

use serde_json::json;

use crate::support::{Setup, World, header, text};

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
    world.until("all counts end", async |world| world.in_flight().await == 0).await;
    // With no endpoint of its pool left, a request fails rather than go to another pool.
    world.mocks[0] = None;
    let answer = world.ask("llama", &[("x-tier", "gold")]).await.unwrap();
    assert_eq!(answer.status().as_u16(), 503, "{}", text(answer).await);
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
    world.revive(0);
    let answer = world.ask("llama", &[("x-tier", "gold")]).await.unwrap();
    assert_eq!(header(&answer, "x-served-by"), "gold-0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_is_answered_for_by_another() {
    let world = World::start("errors", Setup::default()).await;
    for endpoint in [1, 2] {
        world.at(endpoint, "/faults", Some(&json!({"kind": "error"}))).await;
    }
    for _ in 0..6 {
        let answer = world.ask("llama", &[]).await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-served-by")), (200, "silver-2"));
    }
    // Where all fail, the client gets what the last one said.
    world.at(3, "/faults", Some(&json!({"kind": "error"}))).await;
    let answer = world.ask("llama", &[]).await.unwrap();
    assert_eq!(answer.status().as_u16(), 500);
    world.until("the count ends", async |world| world.in_flight().await == 0).await;
}
