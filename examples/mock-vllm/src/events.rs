//! What happened to the blocks of the prefix cache, numbered, for whoever listens.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::Serialize;
use tokio::sync::watch;

/// Events that are kept for those who come late.
const KEPT: usize = 10_000;

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    Stored { hashes: Vec<u64>, parent: Option<u64>, tokens: Vec<u32> },
    Removed { hashes: Vec<u64> },
    Cleared(bool),
}

#[derive(Serialize)]
struct Line<'c> {
    sequence: u64,
    #[serde(flatten)]
    change: &'c Change,
}

/// The latest events, and a bell for new ones.
pub(crate) struct EventLog {
    kept: Mutex<VecDeque<(u64, Change)>>,
    latest: watch::Sender<u64>,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self { kept: Mutex::default(), latest: watch::Sender::new(0) }
    }

    pub(crate) fn tell(&self, change: Change) {
        let mut kept = self.kept.lock().unwrap();
        let sequence = *self.latest.borrow() + 1;
        kept.push_back((sequence, change));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        self.latest.send_replace(sequence);
    }

    /// Hears of new events.
    pub(crate) fn bell(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// The events after `since` that are kept, one a line, and the number of the last. All of them where `since` is of a stream that this one has not
    /// come to: the listener knew the server before it started anew.
    pub(crate) fn after(&self, since: u64) -> (String, u64) {
        let kept = self.kept.lock().unwrap();
        let latest = *self.latest.borrow();
        let since = if since > latest { 0 } else { since };
        let mut lines = String::new();
        for (sequence, change) in kept.iter().filter(|(sequence, _)| *sequence > since) {
            let line = Line { sequence: *sequence, change };
            lines.push_str(&serde_json::to_string(&line).expect("numbers and lists are JSON"));
            lines.push('\n');
        }
        (lines, latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_numbered_lines() {
        let log = EventLog::new();
        log.tell(Change::Stored { hashes: vec![7], parent: None, tokens: vec![1, 2] });
        log.tell(Change::Removed { hashes: vec![7] });
        log.tell(Change::Cleared(true));
        let (lines, latest) = log.after(0);
        assert_eq!(latest, 3);
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                r#"{"sequence":1,"stored":{"hashes":[7],"parent":null,"tokens":[1,2]}}"#,
                r#"{"sequence":2,"removed":{"hashes":[7]}}"#,
                r#"{"sequence":3,"cleared":true}"#,
            ]
        );
        assert_eq!(log.after(2).0.lines().count(), 1);
        assert_eq!(log.after(99).0.lines().count(), 3, "the server started anew");
    }
}
