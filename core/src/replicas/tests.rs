use std::sync::Arc;

use super::{Arrival, ReplicaRequest, Replicas, Stage};
use crate::signals::EndpointCell;
use crate::units::Nanos;

const LEASE: Nanos = Nanos::new(1000);

/// Two endpoints, `a` and `b`, and what replica `r` tells of them.
#[derive(Default)]
struct World {
    replicas: Replicas,
    a: Arc<EndpointCell>,
    b: Arc<EndpointCell>,
}

fn request(number: u64, attempt: u8, stage: Stage, endpoint: &str) -> ReplicaRequest {
    ReplicaRequest {
        stage,
        attempt,
        endpoint: endpoint.into(),
        prompt_tokens: 100,
        cached_tokens: 40,
        ..ReplicaRequest::over(number)
    }
}

impl World {
    fn tell(&self, requests: &[ReplicaRequest], complete_to: Option<u64>, now: u64) -> usize {
        let cell = |id: &str| match id {
            "a" => Some(Arc::clone(&self.a)),
            "b" => Some(Arc::clone(&self.b)),
            _ => None,
        };
        let arrival = Arrival { replica: "r", requests, complete_to, lease: LEASE, now: Nanos::new(now) };
        let mut fresh = 0;
        self.replicas.told(&arrival, cell, |_| fresh += 1).unwrap();
        fresh
    }

    fn counts(&self) -> [(u32, u64, u32); 2] {
        [&self.a, &self.b].map(|cell| (cell.in_flight(), cell.waiting_tokens(), cell.of_replicas()))
    }
}

#[test]
fn a_request_counts_from_its_dispatch_to_its_end_however_often_it_is_told() {
    let world = World::default();
    for stage in [Stage::Sent, Stage::Sent] {
        world.tell(&[request(7, 0, stage, "a")], None, 0);
        assert_eq!(world.counts(), [(1, 60, 1), (0, 0, 0)]);
    }
    for stage in [Stage::Answering, Stage::Sent, Stage::Answering] {
        world.tell(&[request(7, 0, stage, "a")], None, 0);
        assert_eq!(world.counts(), [(1, 0, 1), (0, 0, 0)]);
    }
    for _ in 0..2 {
        world.tell(&[ReplicaRequest::over(7)], None, 0);
        assert_eq!(world.counts(), [(0, 0, 0), (0, 0, 0)]);
    }
    assert_eq!(world.tell(&[request(7, 0, Stage::Sent, "a")], None, 0), 0, "late");
    assert_eq!(world.counts(), [(0, 0, 0), (0, 0, 0)]);
}

#[test]
fn the_latest_attempt_says_where_a_request_is() {
    let world = World::default();
    world.tell(&[request(1, 1, Stage::Sent, "b"), request(1, 0, Stage::Answering, "a")], None, 0);
    assert_eq!(world.counts(), [(0, 0, 0), (1, 60, 1)]);
    assert_eq!(world.tell(&[request(1, 2, Stage::Answering, "a")], None, 0), 1);
    assert_eq!(world.counts(), [(1, 0, 1), (0, 0, 0)]);
}

#[test]
fn a_list_of_all_mends_what_was_lost() {
    let world = World::default();
    world.tell(&[request(1, 0, Stage::Sent, "a"), request(2, 0, Stage::Sent, "a")], None, 0);
    // The end of 1 and the beginning of 3 were lost; 4 is newer than the list.
    world.tell(&[request(4, 0, Stage::Sent, "b")], None, 0);
    let list = [request(2, 0, Stage::Answering, "a"), request(3, 0, Stage::Sent, "b")];
    world.tell(&list, Some(3), 0);
    assert_eq!(world.counts(), [(1, 0, 1), (2, 120, 2)]);
    // An older list, and a beginning that comes after its end was listed.
    world.tell(&[request(1, 0, Stage::Sent, "a")], Some(1), 0);
    world.tell(&[request(1, 0, Stage::Sent, "a")], None, 0);
    assert_eq!(world.counts(), [(1, 0, 1), (2, 120, 2)]);
    world.tell(&[], Some(4), 0);
    assert_eq!(world.counts(), [(0, 0, 0), (0, 0, 0)]);
}

#[test]
fn a_replica_that_is_silent_for_its_lease_counts_no_more_and_may_come_back() {
    let world = World::default();
    let list = [request(9, 0, Stage::Sent, "a")];
    world.tell(&list, Some(9), 0);
    world.replicas.lapse(Nanos::new(1000));
    assert_eq!(world.counts(), [(1, 60, 1), (0, 0, 0)]);
    world.replicas.lapse(Nanos::new(1001));
    assert_eq!(world.counts(), [(0, 0, 0), (0, 0, 0)]);
    world.tell(&list, Some(9), 2000);
    assert_eq!(world.counts(), [(1, 60, 1), (0, 0, 0)]);
    world.replicas.gone("r", Nanos::new(2000));
    assert_eq!(world.counts(), [(0, 0, 0), (0, 0, 0)]);
}

#[test]
fn an_endpoint_that_is_not_known_yet_is_counted_when_it_is_told_of_again() {
    let world = World::default();
    world.tell(&[request(1, 0, Stage::Sent, "c")], None, 0);
    world.tell(&[request(1, 0, Stage::Sent, "a")], None, 0);
    assert_eq!(world.counts(), [(1, 60, 1), (0, 0, 0)]);
}

#[test]
fn what_is_kept_of_a_replica_is_bounded() {
    let world = World::default();
    for number in 0..70_000 {
        world.tell(&[ReplicaRequest::over(number)], None, 0);
    }
    world.tell(&[request(3, 0, Stage::Sent, "a")], None, 0);
    assert_eq!(world.counts(), [(0, 0, 0), (0, 0, 0)]);
    let many: Vec<_> = (0..65_537).map(|number| request(100_000 + number, 0, Stage::Sent, "a")).collect();
    let arrival =
        Arrival { replica: "r", requests: &many, complete_to: None, lease: LEASE, now: Nanos::new(0) };
    let refused = world.replicas.told(&arrival, |_| None, |_| {}).unwrap_err();
    assert_eq!(refused.code(), "EV0007");
}
