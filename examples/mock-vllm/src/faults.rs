//! What goes wrong, on demand.

use std::sync::Mutex;

use serde::Deserialize;

/// The body of `POST /faults`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    kind: Kind,
    /// How many times as long a slow server takes.
    factor: Option<f64>,
    /// How many requests it concerns; absent: all until the next word.
    requests: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    None,
    Hang,
    Error,
    Slow,
    Die,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It is served, so many times as slowly.
    Served { factor: f64 },
    /// It never hears anything.
    Hangs,
    /// It gets a 500.
    Fails,
    /// The server ends in the middle of its answer.
    Last,
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Fault>);

impl Faults {
    /// Whether the server is to end at once.
    pub(crate) fn set(&self, fault: Fault) -> bool {
        let ends = fault.kind == Kind::Die && fault.requests.is_none();
        *self.0.lock().unwrap() = fault;
        ends
    }

    /// The fate of the next request.
    pub(crate) fn next(&self) -> Fate {
        let mut fault = self.0.lock().unwrap();
        let concerned = fault.clone();
        let mut is_last = false;
        if let Some(requests) = &mut fault.requests {
            is_last = *requests <= 1;
            *requests = requests.saturating_sub(1);
        }
        if is_last {
            *fault = Fault::default();
        }
        match concerned.kind {
            Kind::Hang => Fate::Hangs,
            Kind::Error => Fate::Fails,
            Kind::Slow => Fate::Served { factor: concerned.factor.unwrap_or(10.0).max(0.0) },
            Kind::Die if is_last => Fate::Last,
            Kind::None | Kind::Die => Fate::Served { factor: 1.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(body: &str) -> Faults {
        let faults = Faults::default();
        faults.set(serde_json::from_str(body).unwrap());
        faults
    }

    #[test]
    fn a_fault_concerns_as_many_requests_as_it_says() {
        let faults = after(r#"{"kind": "error", "requests": 2}"#);
        assert_eq!(
            [faults.next(), faults.next(), faults.next()],
            [Fate::Fails, Fate::Fails, Fate::Served { factor: 1.0 }]
        );
        let faults = after(r#"{"kind": "hang"}"#);
        assert_eq!([faults.next(), faults.next()], [Fate::Hangs, Fate::Hangs]);
    }

    #[test]
    fn a_server_dies_at_once_or_in_an_answer() {
        assert!(Faults::default().set(serde_json::from_str(r#"{"kind": "die"}"#).unwrap()));
        let faults = after(r#"{"kind": "die", "requests": 2}"#);
        assert_eq!([faults.next(), faults.next()], [Fate::Served { factor: 1.0 }, Fate::Last]);
    }

    #[test]
    fn unknown_kinds_and_fields_are_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"kind": "tired"}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"kind": "none", "count": 1}"#).is_err());
    }
}
