//! One server against batches worked by hand.

use super::super::cache::Change;
use super::super::hardware::Hardware;
use super::super::server::{Happened, Left, Server};
use super::super::workload::{Arrival, SimRequest};
use super::{close, hardware, request};

/// Steps until there is nothing to do: when each ended, and what came with it.
fn work(server: &mut Server<'_>) -> Vec<(f64, Happened)> {
    let (mut now, mut steps) = (0.0, Vec::new());
    while let Some(time) = server.begin() {
        now += time;
        let mut happened = Happened::default();
        server.end(&mut happened);
        steps.push((now, happened));
    }
    steps
}

fn finished(number: usize, cached: u32, preemptions: u32) -> Vec<Left> {
    vec![Left { number, cached, preemptions }]
}

fn ask(prompt: u32, output: u32, first: u64, block_tokens: u32) -> SimRequest {
    request(Arrival::At(0.0), prompt, output, first, block_tokens)
}

#[test]
fn a_cold_prompt_alone_takes_the_closed_form() {
    let hardware = &Hardware::ALL[0];
    for (prompt, seconds, slack) in [(8_192, 0.2199, 5e-5), (100_000, 7.33, 5e-3)] {
        let requests = [ask(prompt, 1, 0, 16)];
        let mut server = Server::new(hardware, &requests, 16);
        server.enqueue(0);
        let steps = work(&mut server);
        let (time, happened) = steps.last().expect("it works");
        assert!((time - seconds).abs() < slack, "{time}");
        close(*time, hardware.prefill_time(prompt, 0));
        assert_eq!((&happened.first_tokens, &happened.finished), (&vec![0], &finished(0, 0, 0)));
        close(server.polled().kv_usage, 0.0);
    }
}

#[test]
fn a_warm_prompt_computes_only_what_is_missing_and_always_its_last_token() {
    // The blocks of the first are those of the second; the third is the first again: its last block is computed for its last token.
    let requests = [ask(7_680, 1, 0, 512), ask(8_192, 1, 0, 512), ask(7_680, 1, 0, 512)];
    let mut server = Server::new(&Hardware::ALL[0], &requests, 512);
    for (number, cached, seconds) in [(0, 0, 0.2043), (1, 7_680, 0.0173), (2, 7_168, 0.0170)] {
        server.enqueue(number);
        let steps = work(&mut server);
        assert_eq!(steps.len(), 1);
        assert!((steps[0].0 - seconds).abs() < 5e-5, "{}", steps[0].0);
        assert_eq!(steps[0].1.finished, finished(number, cached, 0));
    }
    let totals = server.polled();
    assert_eq!((totals.prefix_queries, totals.prefix_hits), (23_552, 14_848));
    assert_eq!((totals.prompt_tokens, totals.generation_tokens), (23_552, 3));
}

#[test]
fn a_batch_decodes_first_then_goes_on_then_admits() {
    let requests = [ask(100, 3, 0, 16), ask(10_000, 2, 1_000, 16), ask(50, 2, 2_000, 16)];
    let mut server = Server::new(&Hardware::ALL[0], &requests, 16);
    for number in 0..3 {
        server.enqueue(number);
    }
    let steps = work(&mut server);
    let (g, pa) = (0.0225, 1.0125e-6);
    // 100 and 8,092 of the second; nothing is left for the third.
    let first = 1.65 + g * 8_192.0 + pa * (100.0 * 50.0 + 8_092.0 * 4_046.0) + 2.0 * 0.0044;
    // One token after 101, the second's last 1,908, and the third's 50.
    let chunks = pa * (1_908.0 * (8_092.0 + 954.0) + 50.0 * 25.0);
    let second = 1.65 + g * 1_959.0 + chunks + 0.35 + 0.0055 + 4.23e-5 * 101.0 + 3.0 * 0.0044;
    let third = 1.65 + 5.6 + 0.35 + 3.0 * 0.0055 + 4.23e-5 * (102.0 + 10_001.0 + 51.0) + 3.0 * 0.0044;
    assert_eq!(steps.len(), 3);
    close(steps[0].0, first / 1e3);
    close(steps[1].0, (first + second) / 1e3);
    close(steps[2].0, (first + second + third) / 1e3);
    assert_eq!(steps[0].1.first_tokens, [0]);
    assert_eq!(steps[1].1.first_tokens, [1, 2]);
    assert_eq!(steps[2].1.finished.iter().map(|left| left.number).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn the_batch_has_no_more_places_than_it_has() {
    let requests: Vec<_> = (0..5).map(|n| ask(10, 3, n * 100, 16)).collect();
    let hardware = Hardware { max_sequences: 2, ..Hardware::ALL[0].clone() };
    let mut server = Server::new(&hardware, &requests, 16);
    (0..5).for_each(|number| server.enqueue(number));
    assert!(server.begin().is_some());
    assert_eq!((server.polled().waiting, server.polled().running), (3, 2));
    server.end(&mut Happened::default());
    assert_eq!(work(&mut server).len(), 8);
}

#[test]
fn the_newest_is_preempted_and_computed_again() {
    let requests = [ask(40, 30, 0, 10), ask(40, 30, 100, 10)];
    let hardware = hardware(100);
    let mut server = Server::new(&hardware, &requests, 10);
    server.enqueue(0);
    server.enqueue(1);
    let mut happened = Happened::default();
    // Both prompts, then ten steps of two tokens: 100 tokens.
    for _ in 0..11 {
        assert!(server.begin().is_some());
        server.end(&mut happened);
    }
    close(server.polled().kv_usage, 1.0);
    assert!(server.begin().is_some());
    assert_eq!((server.polled().waiting, server.polled().running), (1, 1));
    close(server.polled().kv_usage, 0.51);
    server.end(&mut happened);
    server.changes();
    let steps = work(&mut server);
    // The first has 12 of its 30 tokens. The second has 11, of whose 51 tokens 30 are still there when the first is done: 40 + 29 tokens leave no more.
    assert_eq!(steps[17].1.finished, finished(0, 0, 0));
    assert_eq!(steps.len(), 18 + 1 + 18);
    let again = 1.65 + 5.6 + 1.0125e-6 * 21.0 * (30.0 + 10.5) + 0.0044;
    close(steps[18].0 - steps[17].0, again / 1e3);
    assert_eq!(steps[18].1, Happened::default());
    assert_eq!(steps[36].1.finished, finished(1, 0, 1));
    let changes: Vec<Change> = server.changes().collect();
    assert_eq!(changes[0], Change::Removed { blocks: vec![103] });
    assert_eq!(changes[1], Change::Stored { parent: Some(102), blocks: vec![103] });
    close(server.polled().kv_usage, 0.0);
    assert_eq!((server.polled().prompt_tokens, server.polled().generation_tokens), (80, 60));
}

#[test]
fn a_prompt_that_does_not_fit_waits_and_those_behind_it_too() {
    let requests = [ask(60, 5, 0, 10), ask(60, 1, 100, 10), ask(10, 1, 200, 10)];
    let hardware = hardware(100);
    let mut server = Server::new(&hardware, &requests, 10);
    (0..3).for_each(|number| server.enqueue(number));
    let steps = work(&mut server);
    let order: Vec<_> = steps.iter().map(|(_, happened)| happened.first_tokens.clone()).collect();
    assert_eq!(order, [vec![0], vec![], vec![], vec![], vec![], vec![1, 2]]);
}

#[test]
fn blocks_can_be_hit_as_soon_as_they_are_scheduled() {
    let requests = [ask(100, 1, 0, 10), ask(100, 1, 0, 10)];
    let mut server = Server::new(&Hardware::ALL[0], &requests, 10);
    server.enqueue(0);
    server.enqueue(1);
    let steps = work(&mut server);
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].1.finished[1], Left { number: 1, cached: 90, preemptions: 0 });
    let blocks = (0..10).collect();
    assert_eq!(server.changes().collect::<Vec<_>>(), [Change::Stored { parent: None, blocks }]);
}
