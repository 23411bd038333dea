//! Conversations and agents: turns of which each waits for the former answer, played open or closed.

use super::text::Text;
use crate::sim::{Arrival, SimRequest, Workload};

/// One conversation, agent or single request.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// When its first turn is sent, in seconds.
    pub(super) start: f64,
    /// Whose it is.
    pub(super) tenant: u32,
    /// The LoRA adapter of all its turns.
    pub(super) adapter: Option<u32>,
    /// At least one.
    pub(super) turns: Vec<Turn>,
}

/// One request of a session.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// Seconds between the former answer and this turn.
    pub(super) think: f64,
    /// Tokens of the prompt.
    pub(super) prompt: u32,
    /// Tokens of the answer.
    pub(super) output: u32,
    /// The blocks of the prompt.
    pub(super) blocks: Box<[u64]>,
}

impl Turn {
    /// A turn that asks with this text.
    pub(super) fn asking(text: &Text, think: f64, output: u32) -> Self {
        Self { think, prompt: text.tokens().max(1), output: output.max(1), blocks: text.blocks() }
    }
}

impl Session {
    /// A session of one request.
    pub(super) fn single(start: f64, text: &Text, output: u32) -> Self {
        Self { start, tenant: 0, adapter: None, turns: vec![Turn::asking(text, 0.0, output)] }
    }
}

/// Who sets the pace of the later turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    /// The clock: a turn comes when an answer of 20 ms a token, one second and the time to think are over, however fast the answer was.
    Open,
    /// The answers: a turn comes when the former answer is complete and the time to think is over.
    Closed,
}

/// Sessions in order of their start, as many as give that many requests.
pub(super) fn workload(
    name: &str,
    pace: Loop,
    requests: usize,
    mut session: impl FnMut() -> Session,
) -> Workload {
    let mut sessions: Vec<Session> = Vec::new();
    match pace {
        Loop::Closed => {
            let mut count = 0;
            while count < requests {
                let mut next = session();
                next.turns.truncate(requests - count);
                count += next.turns.len();
                sessions.push(next);
            }
        }
        // A session that has not begun may only ask after the latest start so far: all requests before that are known.
        Loop::Open => {
            let mut times: Vec<f64> = Vec::new();
            while times.len() < requests || {
                times.sort_by(f64::total_cmp);
                requests > 0 && times[requests - 1] > sessions[sessions.len() - 1].start
            } {
                for _ in 0..requests.div_ceil(16) {
                    let next = session();
                    times.extend(moments(&next));
                    sessions.push(next);
                }
            }
        }
    }
    let mut requests_of = play(sessions, pace);
    requests_of.truncate(requests);
    Workload { name: name.to_owned(), block_tokens: super::text::BLOCK, requests: requests_of }
}

/// The requests of sessions, numbered.
pub(super) fn play(mut sessions: Vec<Session>, pace: Loop) -> Vec<SimRequest> {
    sessions.sort_by(|one, other| one.start.total_cmp(&other.start));
    let mut requests: Vec<SimRequest> = Vec::new();
    for (number, session) in sessions.into_iter().enumerate() {
        let times = moments(&session);
        for (n, (turn, time)) in session.turns.into_iter().zip(times).enumerate() {
            let arrival = match pace {
                Loop::Closed if n > 0 => Arrival::After { former: requests.len() - 1, think: turn.think },
                _ => Arrival::At(time),
            };
            requests.push(SimRequest {
                arrival,
                prompt: turn.prompt,
                output: turn.output,
                blocks: turn.blocks,
                tenant: session.tenant,
                session: number as u32,
                adapter: session.adapter,
            });
        }
    }
    if pace == Loop::Open {
        requests.sort_by(|one, other| at(one).total_cmp(&at(other)));
    }
    requests
}

fn at(request: &SimRequest) -> f64 {
    match request.arrival {
        Arrival::At(time) => time,
        Arrival::After { .. } => f64::INFINITY,
    }
}

/// When the turns of a session come in an open loop.
fn moments(session: &Session) -> Vec<f64> {
    let (mut time, mut answer) = (session.start, 0.0);
    let moment = |turn: &Turn| {
        time += answer + turn.think;
        answer = 1.0 + 0.02 * f64::from(turn.output);
        time
    };
    session.turns.iter().map(moment).collect()
}

#[cfg(test)]
mod tests {
    use super::{Loop, Session, Turn, play};
    use crate::sim::Arrival;

    fn session(start: f64, turns: usize) -> Session {
        let turn = |n| Turn {
            think: if n == 0 { 0.0 } else { 5.0 },
            prompt: 100,
            output: 50,
            blocks: Box::from([n as u64]),
        };
        Session { start, tenant: 3, adapter: None, turns: (0..turns).map(turn).collect() }
    }

    #[test]
    fn closed_turns_wait_for_the_former_answer() {
        let requests = play(vec![session(10.0, 2), session(1.0, 3)], Loop::Closed);
        let arrivals: Vec<Arrival> = requests.iter().map(|request| request.arrival).collect();
        let after = |former| Arrival::After { former, think: 5.0 };
        assert_eq!(arrivals, [Arrival::At(1.0), after(0), after(1), Arrival::At(10.0), after(3)]);
        assert_eq!(requests.iter().map(|request| request.session).collect::<Vec<_>>(), [0, 0, 0, 1, 1]);
    }

    #[test]
    fn open_turns_come_by_the_clock_and_in_its_order() {
        let requests = play(vec![session(10.0, 2), session(1.0, 3)], Loop::Open);
        let arrivals: Vec<Arrival> = requests.iter().map(|request| request.arrival).collect();
        // A turn after one second, 50 tokens of 20 ms and five seconds to think.
        assert_eq!(arrivals, [1.0, 8.0, 10.0, 15.0, 17.0].map(Arrival::At));
    }

    #[test]
    fn an_open_loop_has_as_many_requests_as_asked_for_and_none_is_missing_before_the_last() {
        let mut start = 0.0;
        let workload = super::workload("x", Loop::Open, 100, || {
            start += 1.0;
            session(start, 3)
        });
        assert_eq!(workload.requests.len(), 100);
        let Arrival::At(last) = workload.requests[99].arrival else { panic!("open") };
        let expected = (1..=100)
            .flat_map(|n| [0.0, 7.0, 14.0].map(|later| f64::from(n) + later))
            .filter(|time| *time < last)
            .count();
        let before = workload.requests.iter().filter(|request| super::at(request) < last).count();
        assert_eq!(before, expected);
    }
}
